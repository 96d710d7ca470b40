import type { DeployArguments } from './arguments.ts';
import type { AwsClients } from './aws-clients.ts';
import { readAssembly } from './assembly.ts';
import type { Assembly } from './assembly.ts';
import { callerOf } from './caller.ts';
import type { Cdk } from './cdk.ts';
import { deploySteps } from './deploy-steps.ts';
import type { Deployment, Wait } from './deployment.ts';
import { imageDigest } from './image-step.ts';
import type { Ask } from './migrate-step.ts';
import { assertNothingLost, obstaclesOf, planOf, planText } from './plan.ts';
import { releaseOf } from './release.ts';
import { runSteps } from './step.ts';
import { placeOf } from './deployment.ts';
import { outputOf } from './stack-state.ts';

export interface Surroundings {
  /** Folder of the repository. */
  root: string;
  aws: AwsClients;
  cdk: Cdk;
  /** Writes the templates that run this image into a folder, which it answers. */
  synthesize: (stage: string, image: string) => Promise<string>;
  wait: Wait;
  clock: () => number;
  ask: Ask | undefined;
  say: (line: string) => void;
}

/** Brings a stage to what is checked out, or with `--plan` says what that would change. Rejects with `Stopped`. */
export async function deploy(args: DeployArguments, surroundings: Surroundings): Promise<void> {
  const { settings } = args;
  const { root, aws, synthesize, say, clock, ask } = surroundings;
  const { account, arn } = await callerOf(aws, settings);
  say(`Stage ${settings.stage}, account ${account}, Region ${settings.region}, as ${arn}`);
  const release = await releaseOf(root, args);
  say(`Release ${release}`);
  const make = async (image: string): Promise<Assembly> => {
    const assembly = readAssembly(await synthesize(settings.stage, image));
    assertNothingLost(await planOf(assembly, aws), args.replace);
    return assembly;
  };
  const image = (await imageDigest(aws, { settings, release })) ?? release;
  const assembly = readAssembly(await synthesize(settings.stage, image));
  const changes = await planOf(assembly, aws);
  for (const line of planText(changes, { all: args.plan })) say(line);
  if (args.plan) {
    for (const line of await obstaclesOf(assembly, aws)) say(line);
    assertNothingLost(changes, args.replace);
    return;
  }
  assertNothingLost(changes, args.replace);
  const deployment: Deployment = { ...surroundings, settings, account, release, assembly };
  await runSteps(deploySteps(deployment, { args, templates: { image, make }, ask }), {
    say,
    clock,
  });
  const page = (await outputOf(aws, placeOf(deployment, 'web')))('PageUrl');
  say(`Done: ${page}`);
}
