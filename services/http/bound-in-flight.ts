import type { RequestHandler } from 'express';
import { unavailable } from './problem.ts';

const RETRY_AFTER_SECONDS = 2;

/**
 * Refuses requests with 503 while `most` others are under way: each holds memory and waits for the database, so
 * that one more would only make all of them later. Those whose health is asked for are always answered.
 */
export function boundInFlight(most: number): RequestHandler {
  let inFlight = 0;
  return (request, response, next) => {
    if (request.path.startsWith('/health/')) {
      next();
      return;
    }
    if (inFlight >= most) {
      throw unavailable('Too many requests are under way. Try again soon.', RETRY_AFTER_SECONDS);
    }
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
    });
    next();
  };
}
