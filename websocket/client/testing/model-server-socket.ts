import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { BEARER_PREFIX, SUBPROTOCOL } from '@ordercast/protocol/limits.ts';
import { WebSocketServer } from 'ws';
import { ModelServer } from './model-server.ts';

export interface ServedModel {
  server: ModelServer;
  url: string;
  /** All handshakes, refused ones included. */
  handshakes: { path: string | undefined; token: string }[];
  /** The handshake answers 401 where this says no. */
  admits: (token: string) => boolean;
  stop(): Promise<void>;
}

/** Serves a model on a real socket on a free port. */
export async function serveModel(): Promise<ServedModel> {
  const server = new ModelServer();
  const sockets = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: (protocols) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    verifyClient: ({ req }: { req: IncomingMessage }) => {
      const token = bearerToken(req);
      served.handshakes.push({ path: req.url, token });
      return served.admits(token);
    },
  });
  const served: ServedModel = {
    server,
    url: '',
    handshakes: [],
    admits: () => true,
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await once(sockets, 'close');
    },
  };
  sockets.on('connection', (socket, request) => {
    const connection = server.accept(
      {
        send: (text) => socket.send(text),
        end: (how) => (how === 'cut' ? socket.terminate() : socket.close(1001)),
      },
      bearerToken(request),
    );
    socket.on('message', (data) => {
      if (data instanceof Buffer) server.receive(connection, data.toString());
    });
    socket.on('close', () => server.connections.delete(connection));
  });
  await once(sockets, 'listening');
  const address = sockets.address();
  if (typeof address !== 'object' || address === null) throw new Error('The model has no port.');
  served.url = `ws://127.0.0.1:${address.port}/realtime`;
  return served;
}

function bearerToken({ headers }: IncomingMessage): string {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim());
  return offered.find((text) => text.startsWith(BEARER_PREFIX))?.slice(BEARER_PREFIX.length) ?? '';
}
