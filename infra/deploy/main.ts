import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DEPLOY_USAGE, readDeployArguments } from './arguments.ts';
import { createAwsClients } from './aws-clients.ts';
import { createCdk, synthesize } from './cdk.ts';
import { deploy } from './deploy.ts';
import { runCommand } from './run-command.ts';
import { terminalQuestion } from './terminal-question.ts';

/** `npm run deploy -- …`: composition root. */
await runCommand(async () => {
  const args = readDeployArguments(process.argv.slice(2));
  if (args === 'help') {
    console.log(DEPLOY_USAGE);
    return;
  }
  const say = (line: string) => console.log(line);
  await deploy(args, {
    root: resolve(import.meta.dirname, '..', '..'),
    aws: createAwsClients(args.settings.region),
    cdk: createCdk(say),
    async synthesize(stage, image) {
      say('Building what is not built, and making the templates …');
      const folder = join(import.meta.dirname, '..', 'cdk.out', stage);
      await synthesize(stage, { image, folder });
      return folder;
    },
    wait: (ms) => wait(ms),
    clock: () => performance.now(),
    ask: terminalQuestion(),
    say,
  });
});
