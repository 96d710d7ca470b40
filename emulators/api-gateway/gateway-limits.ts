/**
 * The limits that API Gateway sets, as options, so that a test can make each one small. Unless a
 * field says otherwise its default is the number in the developer guide, "Quotas for configuring
 * and running a WebSocket API" (apigateway-execution-service-websocket-limits-table).
 */
export interface GatewayLimits {
  /** Most payload bytes of one frame, either way; a larger one closes the connection with 1009. */
  frameBytes: number;
  /**
   * Most bytes of one message, summed over its frames: a larger one from the client closes the
   * connection with 1009, a larger POST answers 413 PayloadTooLargeException.
   */
  messageBytes: number;
  /** Milliseconds without a message either way until the connection is closed with 1001. */
  idleMs: number;
  /** Milliseconds that a connection may live, whatever it does; then it is closed with 1001. */
  connectionMs: number;
  /** New connections a second; more are refused with HTTP 429. */
  connectsPerSecond: number;
  /** Connections that may come at once. AWS states none for connections: one second's worth. */
  connectsBurst: number;
  /**
   * Client messages and `@connections` calls a second together: the account's throttle, which
   * everything that passes through API Gateway shares (developer guide, "API Gateway account-level
   * quotas, per Region"; some Regions have 2,500 and a burst of 1,250). Above it a message is
   * answered `{"message": "Too Many Requests"}` and a call with 429 LimitExceededException.
   */
  requestsPerSecond: number;
  /** Requests that may come at once: the bucket of the account's throttle. */
  requestsBurst: number;
  /** Milliseconds that a handler or the authorizer may take. */
  integrationTimeoutMs: number;
  /** Most bytes of what the authorizer returns, as JSON; more is its failure, HTTP 500. */
  authorizerResultBytes: number;
  /**
   * Bytes that may wait for one client that does not read; posts beyond it answer 429
   * LimitExceededException. The SDK's documentation says that there is such a limit ("the WebSocket
   * client side buffer is full") but not where: four messages of the largest size is our choice.
   */
  bufferedBytes: number;
}

export const API_GATEWAY_LIMITS: GatewayLimits = {
  frameBytes: 32 * 1024,
  messageBytes: 128 * 1024,
  idleMs: 10 * 60_000,
  connectionMs: 2 * 60 * 60_000,
  connectsPerSecond: 500,
  connectsBurst: 500,
  requestsPerSecond: 10_000,
  requestsBurst: 5_000,
  integrationTimeoutMs: 29_000,
  authorizerResultBytes: 8 * 1024,
  bufferedBytes: 4 * 128 * 1024,
};
