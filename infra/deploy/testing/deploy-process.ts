import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { readDeployArguments } from '../arguments.ts';
import { createAwsClients } from '../aws-clients.ts';
import { createCdk } from '../cdk.ts';
import { deploy } from '../deploy.ts';
import { runCommand } from '../run-command.ts';
import { Stopped } from '../stopped.ts';
import { prepareAssembly } from './prepared-assembly.ts';

/** `npm run deploy` on the project of a test, with templates that were synthesized before, and without waiting. */
const { PROJECT = '', ASSEMBLY = '', WORK = '' } = process.env;

await runCommand(async () => {
  const args = readDeployArguments(process.argv.slice(2));
  if (args === 'help') throw new Stopped(2, 'Run the real one.');
  const say = (line: string) => console.log(line);
  await deploy(args, {
    root: PROJECT,
    aws: createAwsClients(args.settings.region),
    cdk: createCdk(say),
    synthesize(_stage, image) {
      const folder = mkdtempSync(join(WORK, 'assembly-'));
      prepareAssembly(ASSEMBLY, folder, image);
      return Promise.resolve(folder);
    },
    wait: () => Promise.resolve(),
    clock: () => 0,
    ask: undefined,
    say,
  });
});
