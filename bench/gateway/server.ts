import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import { createWebSocketGateway } from '@ordercast/emulators/api-gateway/websocket-gateway.ts';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { answerOrders } from '../child.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';

/** One side in a process of its own: `gateway`, or `ws` as its README has it. */
const [side = ''] = process.argv.slice(2);
const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
if (side === 'gateway') serveGateway(server);
else serveWs(server);

function serveGateway(on: Server): void {
  const gateway = createWebSocketGateway({
    stage: 'realtime',
    domainName: `127.0.0.1:${portOf(on)}`,
    routes: { $connect: () => Promise.resolve({ statusCode: 200 }) },
    limits: { connectsPerSecond: Infinity, connectsBurst: Infinity },
    log: { info: () => undefined, warn: console.error, error: console.error },
  });
  on.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));
}

function serveWs(on: Server): void {
  const sockets = new WebSocketServer({ server: on });
  sockets.on('connection', (socket) => {
    socket.on('error', console.error);
    socket.on('message', () => undefined);
  });
}

answerOrders(z.enum(['port', 'memory']), (order) =>
  order === 'port' ? { port: portOf(server) } : memory(),
);

/** What is in use once the garbage is gone; twice, since some goes only with what held it. */
async function memory(): Promise<{ residentBytes: number; heapBytes: number }> {
  for (let times = 0; times < 2; times += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { residentBytes: rss, heapBytes: heapUsed + external };
}
