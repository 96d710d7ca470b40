/** What the HTTP API writes into a request, whatever its caller has sent under these names. */

/** What proves that it came through the gateway. */
export const GATEWAY_SECRET_HEADER = 'Ordercast-Gateway-Secret';
/** Who called, as the gateway saw it. */
export const CLIENT_ADDRESS_HEADER = 'Ordercast-Client-Address';
