import type { RequestHandler } from 'express';

const METHODS = 'GET, HEAD, POST, PUT, DELETE';
const REQUEST_HEADERS = 'Authorization, Content-Type, If-Match, Idempotency-Key, traceparent';
const EXPOSED_HEADERS = [
  'ETag',
  'Location',
  'X-Request-Id',
  'Idempotency-Replayed',
  'Retry-After',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
].join(', ');
/** Chromium keeps a preflight's answer for at most 2 hours. */
const MAX_AGE_SECONDS = 7200;

/**
 * Lets pages of the listed origins (exact, such as `https://app.example.com`) call the API from a
 * browser. Another origin gets no CORS headers, so its browser refuses; credentials are never
 * allowed, since the token travels in a header of its own.
 */
export function cors(allowedOrigins: readonly string[]): RequestHandler {
  const allowed = new Set(allowedOrigins);
  return (request, response, next) => {
    const { origin } = request.headers;
    const isPreflight =
      request.method === 'OPTIONS' &&
      request.headers['access-control-request-method'] !== undefined;
    response.vary('Origin');
    if (origin !== undefined && allowed.has(origin)) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
      if (isPreflight) {
        response.setHeader('Access-Control-Allow-Methods', METHODS);
        response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS);
        response.setHeader('Access-Control-Max-Age', String(MAX_AGE_SECONDS));
      }
    }
    if (origin !== undefined && isPreflight) response.status(204).end();
    else next();
  };
}
