import { createLogger } from '../logger.ts';

/** Logs many lines to its standard output, and says on the other one that it is still there. */
const log = createLogger('logging');
for (let count = 0; count < 1_000; count += 1) log.info({ count }, 'x'.repeat(1_000));
process.stderr.write('still here\n');
