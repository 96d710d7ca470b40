import { resolve } from 'node:path';
import { readAssembly } from './assembly.ts';
import { planText } from './plan.ts';
import { runCommand } from './run-command.ts';
import { stackChanges } from './stack-changes.ts';
import { EXIT, Stopped } from './stopped.ts';

const USAGE = `npm run diff:infra -- <templates before> <templates after>

Says what a deployment of the second would change where the first is deployed: two folders that "cdk synth -o" has written.
Asks nothing of AWS.`;

/** `npm run diff:infra -- …`: composition root. */
await runCommand(() => {
  const args = process.argv.slice(2);
  const [before, after] = args;
  if (args.includes('--help') || args.includes('-h')) {
    console.log(USAGE);
    return;
  }
  if (before === undefined || after === undefined || args.length > 2) {
    throw new Stopped(EXIT.usage, `Give two folders.\n\n${USAGE}`);
  }
  const deployed = new Map(read(before).stacks.map(({ id, template }) => [id, template]));
  const wanted = read(after);
  const lines = planText(stackChanges(wanted, deployed), { all: true });
  const kept = new Set(wanted.stacks.map(({ id }) => id));
  const gone = [...deployed.keys()].filter((id) => !kept.has(id));
  console.log(
    [...lines, ...gone.map((id) => `${id}: no longer made, and left as it is`)].join('\n'),
  );
});

function read(folder: string) {
  try {
    return readAssembly(resolve(folder));
  } catch (error) {
    throw new Stopped(
      EXIT.usage,
      `${folder} holds no templates: "npx cdk synth -c stage=<stage> -o ${folder}" in infra/ writes them.`,
      { cause: error },
    );
  }
}
