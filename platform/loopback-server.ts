import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

export interface LoopbackServer {
  /** `http://127.0.0.1:<port>`, a free port. */
  endpoint: string;
  /** Ends at once what is still under way. */
  close(): Promise<void>;
}

const HOST = /^(localhost|127\.0\.0\.1)(:\d{1,5})?$/i;

/**
 * An HTTP server for programs of this machine: it listens on the loopback alone. Any page that a developer visits can send requests there, so
 * whatever names an `Origin`, or another host than the loopback (DNS rebinding), is refused before `handle` sees it.
 */
export async function startLoopbackServer(handle: RequestListener): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    if (isFromPage(request)) refuse(response);
    else handle(request, response);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('It has no port.'));
      else resolve(address.port);
    });
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isFromPage({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || !HOST.test(headers.host ?? '');
}

function refuse(response: ServerResponse): void {
  response.writeHead(403, { 'Content-Type': 'text/plain' });
  response.end('This is for programs of this machine, not for pages.\n');
}
