import type { Response } from 'express';
import { unavailable } from './problem.ts';

const RETRY_AFTER_SECONDS = 2;

/**
 * Gives each answer that is being made its room, until it is sent, and refuses one more with a 503 problem while
 * `most` others have theirs: each waits for the database, so that one more would only make all of them later. To
 * be asked once the whole request is there: who sends slowly must keep nobody out.
 */
export function boundInFlight(most: number): (response: Response) => void {
  let inFlight = 0;
  return (response) => {
    if (inFlight >= most) {
      throw unavailable('Too many requests are under way. Try again soon.', RETRY_AFTER_SECONDS);
    }
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
    });
  };
}
