/** An answer that API Gateway itself gives, over HTTP. */
export interface GatewayError {
  status: number;
  /** The name that SDKs make an exception of, in `x-amzn-ErrorType`. */
  errorType: string;
  message: string | null;
}

export const BAD_REQUEST: GatewayError = {
  status: 400,
  errorType: 'BadRequestException',
  message: 'Bad Request',
};
export const UNAUTHORIZED: GatewayError = {
  status: 401,
  errorType: 'UnauthorizedException',
  message: 'Unauthorized',
};
/** A policy that does not allow. REST APIs word it so; for WebSocket APIs AWS shows no text. */
export const ACCESS_DENIED: GatewayError = {
  status: 403,
  errorType: 'AccessDeniedException',
  message: 'User is not authorized to access this resource',
};
export const FORBIDDEN: GatewayError = {
  status: 403,
  errorType: 'ForbiddenException',
  message: 'Forbidden',
};
/** An authorizer that failed, or answered what is no policy: 500 without a text, as REST APIs do. */
export const AUTHORIZER_FAILED: GatewayError = {
  status: 500,
  errorType: 'AuthorizerConfigurationException',
  message: null,
};
/** `$connect` threw or answered nonsense: 502 (serverless-websockets-plugin issue 13). */
export const BAD_GATEWAY: GatewayError = {
  status: 502,
  errorType: 'InternalServerErrorException',
  message: 'Internal server error',
};
export const TIMED_OUT: GatewayError = {
  status: 504,
  errorType: 'IntegrationTimeoutException',
  message: 'Endpoint request timed out',
};
/** Too many new connections: 429 at the handshake (ServerlessNetworkingClients issue 3). */
export const TOO_MANY_REQUESTS: GatewayError = {
  status: 429,
  errorType: 'LimitExceededException',
  message: 'Too Many Requests',
};
export const UNAVAILABLE: GatewayError = {
  status: 503,
  errorType: 'ServiceUnavailableException',
  message: 'Service Unavailable',
};

/** The JSON text of an answer, over HTTP or in a frame, spaced as AWS spaces it. */
export function errorBody(
  message: string | null,
  { connectionId, requestId }: { connectionId: string; requestId: string },
): string {
  return `{"message": ${JSON.stringify(message)}, "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
}
