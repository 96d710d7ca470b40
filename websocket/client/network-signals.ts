/** `wake`: the network came back or the page is looked at again. `doubt`: the network may be gone. */
export type NetworkSignal = 'wake' | 'doubt';

/** Starts listening; the answer stops it. */
export type NetworkSignals = (listener: (signal: NetworkSignal) => void) => () => void;

interface Target {
  addEventListener(type: string, run: () => void, options: { signal: AbortSignal }): void;
}

function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null && 'addEventListener' in value;
}

/**
 * `online`, `offline`, `pageshow` and `visibilitychange`, where the platform has them: all in a page,
 * the first two in a worker, none in Node. `navigator.onLine` is not asked: it is wrong where only the
 * loopback is up.
 */
export const platformSignals: NetworkSignals = (listener) => {
  const stopping = new AbortController();
  const on = (target: unknown, type: string, run: () => void) => {
    if (isTarget(target)) target.addEventListener(type, run, { signal: stopping.signal });
  };
  const wake = () => listener('wake');
  on(globalThis, 'online', wake);
  on(globalThis, 'pageshow', wake);
  on(globalThis, 'offline', () => listener('doubt'));
  const page: unknown = Reflect.get(globalThis, 'document');
  on(page, 'visibilitychange', () => {
    if (isTarget(page) && 'visibilityState' in page && page.visibilityState === 'visible') wake();
  });
  return () => stopping.abort();
};
