import type { Assembly, Json } from './assembly.ts';
import type { AwsClients } from './aws-clients.ts';
import { isAtRisk, stackChanges } from './stack-changes.ts';
import type { ResourceChange, StackChanges } from './stack-changes.ts';
import { busyText, isBusy, stackState, stuckText } from './stack-state.ts';
import { EXIT, Stopped } from './stopped.ts';

/** What deploying these stacks would change, beside what is there. */
export async function planOf(
  assembly: Assembly,
  aws: Pick<AwsClients, 'cloudFormation'>,
): Promise<StackChanges[]> {
  const deployed = new Map<string, Json>();
  for (const stack of assembly.stacks) {
    const state = await stackState(aws, stack);
    // Of a first deployment that failed nothing is left.
    if (state !== undefined && state.status !== 'ROLLBACK_COMPLETE') {
      deployed.set(stack.id, state.template);
    }
  }
  return stackChanges(assembly, deployed);
}

/** What stands in the way of a deployment now, a line each. */
export async function obstaclesOf(
  assembly: Assembly,
  aws: Pick<AwsClients, 'cloudFormation'>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const stack of assembly.stacks) {
    const status = (await stackState(aws, stack))?.status ?? '';
    const text = isBusy(status) ? busyText(stack, status) : stuckText(stack, status);
    if (text !== undefined) lines.push(text);
  }
  return lines;
}

/** The plan as people read it; opened rights and firewalls stand apart, at its end. */
export function planText(changes: readonly StackChanges[], { all }: { all: boolean }): string[] {
  const touched = changes.filter(({ resources }) => resources.length > 0);
  const opened = touched.filter((one) => one.opened !== '' && !one.isNew);
  const lines = touched.flatMap(({ stack, isNew, resources }) => {
    const shown =
      all && !isNew
        ? resources
        : resources.filter(({ change }) => change !== 'made' && change !== 'changed');
    const title = isNew
      ? `${stack.id}: new, ${resources.length} resources`
      : `${stack.id}: ${countText(resources)}`;
    return [title, ...shown.map(changeLine)];
  });
  return [
    ...(lines.length === 0 ? ['The stacks are as they shall be.'] : lines),
    ...opened.flatMap((one) => ['', `Rights and firewalls of ${one.stack.id}:`, one.opened]),
  ];
}

function countText(resources: readonly ResourceChange[]): string {
  const counts = new Map<string, number>();
  for (const { change } of resources) counts.set(change, (counts.get(change) ?? 0) + 1);
  return [...counts].map(([change, count]) => `${count} ${change}`).join(', ');
}

function changeLine(resource: ResourceChange): string {
  const { id, type, change, because } = resource;
  const why = because.length > 0 ? ` (${because.join(', ')})` : '';
  return `  ${change.padEnd(17)} ${id}  ${type}${why}${isAtRisk(resource) ? '  HOLDS DATA' : ''}`;
}

/** Refuses to replace or remove what holds data, unless each was named. Throws {@link Stopped}. */
export function assertNothingLost(
  changes: readonly StackChanges[],
  allowed: readonly string[],
): void {
  const risks = changes.flatMap(({ resources }) => resources.filter(isAtRisk));
  const unknown = allowed.find((id) => !risks.some((risk) => risk.id === id));
  if (unknown !== undefined) {
    throw new Stopped(
      EXIT.usage,
      `--replace ${unknown}: nothing of that name would be replaced or removed. Leave it out.`,
    );
  }
  const refused = risks.filter(({ id }) => !allowed.includes(id));
  if (refused.length === 0) return;
  throw new Stopped(
    EXIT.dataAtRisk,
    [
      'Refused: this holds data, and a new one would be empty:',
      ...refused.map(changeLine),
      'Find the change of settings or code that makes it so, and take it back. Where its data may go, or is saved elsewhere, name each:',
      `  ${refused.map(({ id }) => `--replace ${id}`).join(' ')}`,
    ].join('\n'),
  );
}
