/** A lone event waits for nobody; one that follows it waits at most this long. */
const MIN_WINDOW_MS = 20;
/** Long enough that 100 events a second come by the eight, short enough for the eye. */
export const MAX_WINDOW_MS = 80;

/**
 * How long a channel waits after it has sent, so that what comes meanwhile goes out together: every
 * frame costs one post a connection, however many events it holds. The window doubles while events
 * come together and is short again as soon as one came alone.
 */
export class ChannelPace {
  #windowMs = MIN_WINDOW_MS;

  /** The window after a frame of so many events. */
  windowAfter(events: number): number {
    this.#windowMs = events > 1 ? Math.min(this.#windowMs * 2, MAX_WINDOW_MS) : MIN_WINDOW_MS;
    return this.#windowMs;
  }
}
