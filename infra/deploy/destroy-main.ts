import { setTimeout as wait } from 'node:timers/promises';
import { createAwsClients } from './aws-clients.ts';
import { DESTROY_USAGE, readDestroyArguments } from './destroy-arguments.ts';
import { destroy } from './destroy.ts';
import { runCommand } from './run-command.ts';
import { terminalQuestion } from './terminal-question.ts';

/** `npm run destroy -- …`: composition root. */
await runCommand(async () => {
  const args = readDestroyArguments(process.argv.slice(2));
  if (args === 'help') {
    console.log(DESTROY_USAGE);
    return;
  }
  await destroy(args, {
    aws: createAwsClients(args.settings.region),
    wait: (ms) => wait(ms),
    clock: () => performance.now(),
    ask: terminalQuestion(),
    say: (line) => console.log(line),
  });
});
