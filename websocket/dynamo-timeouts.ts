/**
 * For the request handler of a DynamoDB client, in ms. The SDK has none of its own: a socket that goes
 * silent would hold up a channel for as long as TCP does. The SDK tries again what takes longer.
 */
export const DYNAMO_TIMEOUTS = {
  connectionTimeout: 1_000,
  requestTimeout: 3_000,
  throwOnRequestTimeout: true,
};
