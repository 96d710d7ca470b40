import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { answerOrders } from '../child.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';

/** An `@connections` API that takes everything: what is measured is who posts. */
const server = createServer((request, response) => {
  request.resume().on('end', () => response.end());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

answerOrders(z.literal('port'), () => ({ port: portOf(server) }));
