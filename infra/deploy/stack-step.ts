import { DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { isDeepStrictEqual } from 'node:util';
import type { AssemblyStack } from './assembly.ts';
import { stackOf } from './assembly.ts';
import type { Deployment } from './deployment.ts';
import { asKept } from './stack-changes.ts';
import {
  busyText,
  describeStack,
  isBusy,
  isComplete,
  stackState,
  stuckText,
} from './stack-state.ts';
import type { StackState } from './stack-state.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';

const POLL_MS = 5_000;

/** Deploys one stack, where it is not there as the assembly has it. */
export function stackStep(deployment: Deployment, id: string): Step {
  return {
    name: `stack ${id}`,
    async done() {
      const stack = stackOf(deployment.assembly, id);
      const state = await settledState(deployment, stack);
      if (state === undefined || !isAsWanted(state, stack)) return undefined;
      const reads = await changesRead(deployment, stack);
      return reads <= state.changedAt ? 'there already' : undefined;
    },
    async run() {
      const { assembly, cdk, aws } = deployment;
      const stack = stackOf(assembly, id);
      const changeSet = changeSetName(deployment);
      if (await cdk.deploy(stack, { folder: assembly.folder, changeSet })) {
        const status = (await describeStack(aws, stack))?.StackStatus ?? 'gone';
        if (isComplete({ status })) return 'deployed';
        throw new Stopped(
          EXIT.failed,
          `The stack ${stack.name} is ${status}, not deployed. Run this again.`,
        );
      }
      throw new Stopped(EXIT.failed, await failureText(deployment, stack));
    },
  };
}

/** Tells our own change sets, of this commit, from anybody else's. */
export function changeSetName({ release }: Deployment): string {
  return `ordercast-${release}`;
}

function isAsWanted(
  state: StackState,
  { template, terminationProtection }: AssemblyStack,
): boolean {
  return (
    isComplete(state) &&
    state.terminationProtection === terminationProtection &&
    isDeepStrictEqual(state.template, asKept(template))
  );
}

/** When the last of the stacks changed whose outputs this one reads, since their values are read at its own deployment. */
async function changesRead(deployment: Deployment, { reads }: AssemblyStack): Promise<number> {
  let latest = 0;
  for (const id of reads) {
    const state = await stackState(deployment.aws, stackOf(deployment.assembly, id));
    latest = Math.max(latest, state?.changedAt ?? Number.POSITIVE_INFINITY);
  }
  return latest;
}

/**
 * A stack's state when nothing goes on in it. What a deployment of the same commit began, which was cut off, is waited for;
 * throws {@link Stopped} where somebody else is at it, or nothing can be deployed.
 */
export async function settledState(
  deployment: Deployment,
  stack: AssemblyStack,
): Promise<StackState | undefined> {
  const { aws, wait, say } = deployment;
  let isTold = false;
  for (;;) {
    const state = await stackState(aws, stack);
    if (state === undefined) return undefined;
    const stuck = stuckText(stack, state.status);
    if (stuck !== undefined) throw new Stopped(EXIT.failed, stuck);
    if (!isBusy(state.status)) return state;
    if (state.changeSet !== changeSetName(deployment)) {
      throw new Stopped(EXIT.busy, busyText(stack, state.status));
    }
    if (!isTold)
      say(
        `    Waiting for ${stack.name}, which a deployment of this commit that was cut off left ${state.status}`,
      );
    isTold = true;
    await wait(POLL_MS);
  }
}

const NOT_THE_CAUSE = /cancelled|The following resource\(s\) failed/i;

/** The first thing that failed in the last deployment, as CloudFormation words it. */
async function failureText({ aws }: Deployment, stack: AssemblyStack): Promise<string> {
  const { name, region } = stack;
  const found = await describeStack(aws, stack);
  const again = 'Mend that, then run this again: what is done is passed over.';
  if (found === undefined) {
    return `The stack ${name} was not made. Read the lines above. ${again}`;
  }
  const { StackEvents = [] } = await aws
    .cloudFormation(region)
    .send(new DescribeStackEventsCommand({ StackName: name }));
  const failures = [];
  for (const event of StackEvents) {
    const isStart =
      event.LogicalResourceId === name &&
      /^(CREATE|UPDATE)_IN_PROGRESS$/.test(event.ResourceStatus ?? '');
    if (event.ResourceStatus?.endsWith('_FAILED')) failures.push(event);
    if (isStart) break;
  }
  const cause = failures.findLast(
    ({ ResourceStatusReason = '' }) => !NOT_THE_CAUSE.test(ResourceStatusReason),
  );
  const stuck = stuckText(stack, found.StackStatus ?? '');
  const what =
    cause === undefined
      ? `The stack ${name} was not deployed (${found.StackStatus}). Read the lines above.`
      : `The stack ${name} was not deployed (${found.StackStatus}). The first thing that failed is ` +
        `${cause.LogicalResourceId} (${cause.ResourceType}): ${cause.ResourceStatusReason}`;
  return `${what}\n${stuck ?? again}`;
}
