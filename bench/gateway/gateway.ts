import { join } from 'node:path';
import { z } from 'zod';
import type { Benchmark, Figure } from '../benchmark.ts';
import type { Child } from '../child.ts';
import { startChild } from '../child.ts';
import { connectMany } from './connect-many.ts';

const CONNECTIONS = 5_000;
/**
 * Before anything is measured code gets compiled and tables get their size. These stay open: the
 * room that they would leave would be filled by those that are measured.
 */
const WARM_UP_CONNECTIONS = 1_000;

const portSchema = z.object({ port: z.number() });
const memorySchema = z.object({ residentBytes: z.number(), heapBytes: z.number() });

/** What the stand-in for API Gateway costs above the library that it is built on. */
export const gateway: Benchmark = {
  name: 'gateway',
  compares: `the local API Gateway, to bare ws, at ${CONNECTIONS.toLocaleString('en')} connections that are made and then idle.`,
  sides: { subject: 'gateway', reference: 'ws' },
  open: () =>
    Promise.resolve({
      subject: () => measure('gateway'),
      reference: () => measure('ws'),
      close: () => Promise.resolve(),
    }),
};

async function measure(side: 'gateway' | 'ws'): Promise<Figure[]> {
  const server = startChild(join(import.meta.dirname, 'server.ts'), [side], ['--expose-gc']);
  try {
    return await measureServer(server);
  } finally {
    await server.stop();
  }
}

async function measureServer(server: Child): Promise<Figure[]> {
  const { port } = await server.ask('port', portSchema);
  const early = await connectMany(port, WARM_UP_CONNECTIONS);
  const before = await server.ask('memory', memorySchema);
  const startedAt = performance.now();
  const sockets = await connectMany(port, CONNECTIONS);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await server.ask('memory', memorySchema);
  for (const socket of [...early, ...sockets]) socket.destroy();
  const kilobytes = (bytes: number) => bytes / 1024 / CONNECTIONS;
  return [
    { name: 'connects', unit: 'a second', value: CONNECTIONS / seconds },
    {
      name: 'resident memory',
      unit: 'KB a connection',
      value: kilobytes(after.residentBytes - before.residentBytes),
    },
    {
      name: 'heap and external',
      unit: 'KB a connection',
      value: kilobytes(after.heapBytes - before.heapBytes),
    },
  ];
}
