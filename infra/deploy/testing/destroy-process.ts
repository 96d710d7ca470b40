import { createAwsClients } from '../aws-clients.ts';
import { readDestroyArguments } from '../destroy-arguments.ts';
import { destroy } from '../destroy.ts';
import { runCommand } from '../run-command.ts';
import { Stopped } from '../stopped.ts';

/** `npm run destroy` without waiting, and with nobody at a terminal. */
await runCommand(async () => {
  const args = readDestroyArguments(process.argv.slice(2));
  if (args === 'help') throw new Stopped(2, 'Run the real one.');
  await destroy(args, {
    aws: createAwsClients(args.settings.region),
    wait: () => Promise.resolve(),
    clock: () => 0,
    ask: undefined,
    say: (line) => console.log(line),
  });
});
