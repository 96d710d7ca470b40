import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { portOf } from '@ordercast/platform/testing/port-of.ts';

/** A wire to a server that can be cut. */
export interface CuttableWire {
  /** Of this machine's loopback, where it begins. */
  port: number;
  /** Breaks every connection; new ones are taken. */
  cut: () => void;
  close: () => Promise<void>;
}

export async function startWire(host: string, port: number): Promise<CuttableWire> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: portOf(server),
    cut,
    close: async () => {
      cut();
      await new Promise((closed) => server.close(closed));
    },
  };
}
