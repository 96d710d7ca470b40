import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { z } from 'zod';

/** What the thread is started with: its port (0 takes a free one), and its folder unless it keeps nothing. */
const settings = z.object({ port: z.number(), folder: z.string().optional() }).parse(workerData);

const server = dynalite({
  createTableMs: 0,
  deleteTableMs: 0,
  ...(settings.folder !== undefined && { path: settings.folder }),
});
// It throws where a caller goes away in the middle of a request.
server.on('request', (request) => {
  request.removeAllListeners('error').on('error', () => undefined);
});
server.listen(settings.port, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) parentPort?.postMessage(address.port);
});
parentPort?.once('message', () => {
  server.closeAllConnections();
  server.close(() => parentPort?.close());
});
