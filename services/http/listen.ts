import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { isIP } from 'node:net';
import { HTTP_LIMITS, createHttpServer } from '@ordercast/platform/http-server.ts';
import type { HttpLimits } from '@ordercast/platform/http-server.ts';

const IDLE_SWEEP_MS = 50;

export interface Listening {
  port: number;
  /** `http://<host>:<port>`. */
  url: string;
  /**
   * Takes no more connections, lets the requests in hand finish for as long as a request may take to arrive,
   * and resolves after the last.
   */
  close: () => Promise<void>;
}

/** Serves HTTP on a port; 0 lets the system choose one. Rejects where the port is taken. */
export async function listen(
  handler: RequestListener,
  {
    port,
    host,
    limits,
    onFault = () => undefined,
  }: {
    port: number;
    host: string;
    limits?: Partial<HttpLimits> | undefined;
    onFault?: (error: Error) => void;
  },
): Promise<Listening> {
  const bounds = { ...HTTP_LIMITS, ...limits };
  const server = createHttpServer(bounds, handler);
  server.listen(port, host);
  await once(server, 'listening');
  // From now on it is a connection that could not be accepted, as where the system has no memory for it: no reason to end.
  server.on('error', onFault);
  const address = server.address();
  const chosenPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    port: chosenPort,
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${chosenPort}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // A connection that was busy a moment ago is idle now, and would be kept for 65 seconds.
      const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
      // A server that closes looks for late requests no more.
      const cut = setTimeout(() => server.closeAllConnections(), bounds.requestMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(cut);
    },
  };
}
