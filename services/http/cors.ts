import corsMiddleware from 'cors';
import type { RequestHandler } from 'express';

/**
 * Lets pages of the listed origins (exact, such as `https://app.example.com`) call the API from a
 * browser. Another origin gets no `Access-Control-Allow-Origin`, so its browser refuses; credentials are
 * never allowed, since the token travels in a header of its own.
 */
export function cors(allowedOrigins: readonly string[]): RequestHandler {
  const options = {
    origin: [...allowedOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'If-Match', 'Idempotency-Key', 'traceparent'],
    exposedHeaders: [
      'ETag',
      'Location',
      'X-Request-Id',
      'Ordercast-Request-Id',
      'Idempotency-Replayed',
      'Retry-After',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
    ],
    // Chromium keeps a preflight's answer for at most 2 hours.
    maxAge: 7200,
  };
  return corsMiddleware(({ headers }, choose) => {
    // An OPTIONS request that is no preflight is the route's own to answer.
    const isPreflight = headers['access-control-request-method'] !== undefined;
    choose(null, { ...options, preflightContinue: !isPreflight });
  });
}
