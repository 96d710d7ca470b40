import { createServer } from 'node:net';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { onShutdown } from '../shutdown.ts';

/**
 * A program that is told how its stop goes: at the word SIGUSR2, with a failure, or never. It says
 * `running` when it has begun, and `had SIGTERM` with each signal.
 */
const { STOP, DEADLINE_MS } = readConfig(
  z.object({
    STOP: z.enum(['by SIGUSR2', 'failing', 'never']),
    DEADLINE_MS: z.coerce.number(),
  }),
  process.env,
);
const log = createLogger('test');
// It keeps the process alive until it is closed.
const server = createServer().listen(0, '127.0.0.1');
let stops = 0;

onShutdown(
  async () => {
    stops += 1;
    log.info({ stops }, 'stop');
    server.close();
    if (STOP === 'failing') throw new Error('the database is away');
    await new Promise<void>((resolve) => {
      if (STOP === 'by SIGUSR2') process.on('SIGUSR2', () => resolve());
    });
  },
  { log, deadlineMs: DEADLINE_MS },
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => log.info(`had ${signal}`));
}
log.info('running');
