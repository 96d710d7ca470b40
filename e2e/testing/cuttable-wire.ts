import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { portOf } from '@ordercast/platform/testing/port-of.ts';

export interface CuttableWire {
  /** Opens its sockets through the wire; the system sees its own name as the host. */
  WebSocket: new (url: string, protocols: string[]) => WebSocket;
  /** Cuts what is connected and lets nothing new through. */
  cut(): void;
  mend(): void;
  close(): void;
}

/** A wire between a client and the system that can be cut and mended. */
export async function cuttableWire(url: string): Promise<CuttableWire> {
  const { port: farPort } = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(farPort), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const nearPort = port;

  class WiredWebSocket extends WebSocket {
    constructor(target: string, protocols: string[]) {
      const { host, pathname } = new URL(target);
      super(`ws://127.0.0.1:${nearPort}${pathname}`, protocols, { headers: { Host: host } });
    }
  }

  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    WebSocket: WiredWebSocket,
    cut,
    mend: () => {
      isCut = false;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
