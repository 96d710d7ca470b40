import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { isIP } from 'node:net';

/** Above the load balancer's idle limit of 60 s: else it would reuse a connection just closed. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_TIMEOUT_MS = 66_000;
const REQUEST_TIMEOUT_MS = 70_000;
const IDLE_SWEEP_MS = 50;

export interface Listening {
  port: number;
  /** `http://<host>:<port>`. */
  url: string;
  /** Takes no more connections, lets the requests in hand finish, and resolves after the last. */
  close: () => Promise<void>;
}

/** Serves HTTP on a port; 0 lets the system choose one. Rejects where the port is taken. */
export async function listen(
  handler: RequestListener,
  {
    port,
    host,
    onFault = () => undefined,
  }: { port: number; host: string; onFault?: (error: Error) => void },
): Promise<Listening> {
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    },
    handler,
  );
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
      await closed;
      clearInterval(sweep);
    },
  };
}
