import type { AwsClients } from './aws-clients.ts';
import { callerOf } from './caller.ts';
import { deleteStackStep, holdersOf } from './deletion.ts';
import type { Holder } from './deletion.ts';
import { STACKS } from './deploy-steps.ts';
import type { Wait } from './deployment.ts';
import type { DestroyArguments } from './destroy-arguments.ts';
import type { Ask } from './migrate-step.ts';
import { FIREWALL_REGION } from '../stacks/firewall-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { StackPlace } from './stack-state.ts';
import { runSteps } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';

/** Of a stage that keeps its data: what holds it, and what that stands in. */
const KEPT: readonly string[] = ['images', 'network', 'data', 'identity'];

export interface DestroySurroundings {
  aws: AwsClients;
  wait: Wait;
  clock: () => number;
  ask: Ask | undefined;
  say: (line: string) => void;
}

/** Deletes a stage, once somebody has read what goes and confirmed it. Rejects with `Stopped`. */
export async function destroy(
  args: DestroyArguments,
  surroundings: DestroySurroundings,
): Promise<void> {
  const { settings, endProtection } = args;
  const { aws, wait, clock, say } = surroundings;
  const { account, arn } = await callerOf(aws, settings);
  say(`Stage ${settings.stage}, account ${account}, Region ${settings.region}, as ${arn}`);
  if (settings.data === 'keep' && !endProtection) {
    throw new Stopped(
      EXIT.dataAtRisk,
      `The stage ${settings.stage} keeps its data, and its stacks are protected. Its services, page and APIs go with --end-protection; ` +
        `what holds data (${KEPT.join(', ')}) stays even then.`,
    );
  }
  const goes = STACKS.filter((id) => settings.data === 'delete' || !KEPT.includes(id)).toReversed();
  const holders: Holder[] = [];
  let isThere = false;
  for (const id of goes) {
    const found = await holdersOf(aws, placeOf(settings, id));
    isThere ||= found !== undefined;
    say(`  ${found === undefined ? 'not there' : 'goes'}  ${placeOf(settings, id).name}`);
    for (const { type, id: name, policy } of found ?? [])
      say(`        ${policyText(policy)}  ${type}  ${name}`);
    holders.push(...(found ?? []));
  }
  if (!isThere) {
    say('There is nothing to delete. What a deletion leaves: docs/deploy.md, "Delete it again".');
    return;
  }
  for (const id of STACKS.filter((one) => !goes.includes(one))) {
    say(`  stays  ${placeOf(settings, id).name}`);
  }
  await confirmed(args, surroundings);
  const steps = goes.map((id) =>
    deleteStackStep(placeOf(settings, id), { aws, wait, endProtection }),
  );
  await runSteps(steps, { say, clock });
  for (const line of leftText(settings, holders)) say(line);
}

function placeOf({ stage, region }: StageSettings, id: string): StackPlace {
  return { name: `ordercast-${stage}-${id}`, region: id === 'firewall' ? FIREWALL_REGION : region };
}

function policyText(policy: string): string {
  if (policy === 'Retain') return 'stays';
  return policy === 'Snapshot' ? 'goes, a last snapshot of it stays' : 'goes, with its data';
}

async function confirmed(
  { settings: { stage }, confirmed: given }: DestroyArguments,
  { ask }: Pick<DestroySurroundings, 'ask'>,
): Promise<void> {
  if (given === stage) return;
  const answer = await ask?.(`Type the name of the stage to delete it, ${stage}: `);
  if (answer === stage) return;
  throw new Stopped(
    EXIT.dataAtRisk,
    `Nothing was deleted. Where no terminal is, confirm with --yes-destroy ${stage}.`,
  );
}

/** What goes on costing, and how it goes, too. Prices: docs/cost.md. */
function leftText({ stage, region, data }: StageSettings, holders: readonly Holder[]): string[] {
  const kept = holders
    .filter(({ policy }) => policy === 'Retain')
    .map(({ type, id }) => `  ${type}  ${id}`);
  const all = [
    `Deleted. What is left of ${stage}, and goes on costing (docs/cost.md):`,
    ...kept,
    data === 'keep'
      ? `  the stacks ${KEPT.join(', ')}: database, tables, pool, secrets, images and the NAT gateways of the network`
      : `  the last snapshot of the database, 0.095 a GB and month: aws rds describe-db-snapshots --snapshot-type manual --region ${region}`,
  ];
  if (data === 'keep') return all;
  return [
    ...all,
    '  Its key is deleted in 30 days, and nobody can read the snapshot from then on: to keep that, "aws kms cancel-key-deletion" before.',
    `  logs that AWS makes by itself: aws logs describe-log-groups --region ${region} --query "logGroups[?contains(logGroupName, 'ordercast-${stage}') || starts_with(logGroupName, '/aws/rds/')].logGroupName"`,
    '  the stack CDKToolkit in both Regions, with templates and code of a few cents: other apps of the account may use it',
  ];
}
