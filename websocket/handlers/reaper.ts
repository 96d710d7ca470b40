import type { ConnectionRegistry } from '../connections/connection-registry.ts';
import type { ConnectionCloser } from '../fanout/connection-closer.ts';

export interface ReaperOptions {
  registry: ConnectionRegistry;
  closer: ConnectionCloser;
}

/**
 * Ends every connection whose token has expired; to be run every few minutes. Fan-out and ping
 * notice most of them earlier, but a connection may do neither.
 * @returns how many it found.
 */
export function createReaper({ registry, closer }: ReaperOptions) {
  return async (): Promise<number> => {
    let closed = 0;
    for await (const page of registry.expired()) {
      await Promise.all(page.map(({ connectionId }) => closer.closeExpired(connectionId)));
      closed += page.length;
    }
    return closed;
  };
}
