/** `wake`: the network came back or the page is looked at again. `doubt`: the network may be gone. */
export type NetworkSignal = 'wake' | 'doubt';

/** Starts listening; the answer stops it. */
export type NetworkSignals = (listener: (signal: NetworkSignal) => void) => () => void;

interface Target {
  addEventListener?(type: string, run: () => void, until: AbortController): void;
}

/** A page has all of it, a worker no document, Node no events either. */
interface Platform extends Target {
  AbortController: unknown;
  document?: Target & { visibilityState: string };
}

/**
 * `online`, `offline`, `pageshow` and `visibilitychange`, where the platform has them: all in a page,
 * the first two in a worker, none in Node. `navigator.onLine` is not asked: it is wrong where only the
 * loopback is up.
 */
export const platformSignals: NetworkSignals = (listener) => {
  const stopping = new AbortController();
  const platform: Platform = globalThis;
  const { document } = platform;
  const on = (type: string, run: () => void, target: Target = platform) =>
    target.addEventListener?.(type, run, stopping);
  const wake = () => listener('wake');
  on('online', wake);
  on('pageshow', wake);
  on('offline', () => listener('doubt'));
  on('visibilitychange', () => document?.visibilityState === 'visible' && wake(), document);
  return () => stopping.abort();
};
