/** The subprotocol that both sides must speak; `$connect` answers with it. */
export const SUBPROTOCOL = 'ordercast.v1';
/** A second subprotocol carries the access token, since a token must never stand in a URL. */
export const BEARER_PREFIX = 'bearer.';

/**
 * Most bytes of one frame, either way. API Gateway's limit: "WebSocket frame size 32 KB"
 * (developer guide, apigateway-execution-service-websocket-limits-table).
 */
export const MAX_FRAME_BYTES = 32 * 1024;

export const MAX_ID_LENGTH = 64;
export const MAX_CHANNEL_LENGTH = 128;
