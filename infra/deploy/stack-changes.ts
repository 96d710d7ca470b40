import { Writable } from 'node:stream';
import { ResourceImpact, formatSecurityChanges, fullDiff } from '@aws-cdk/cloudformation-diff';
import type { Assembly, AssemblyStack, Json } from './assembly.ts';
import { templateSchema } from './assembly.ts';
import { isStateful } from './stateful-types.ts';

export type Change =
  'made' | 'changed' | 'replaced' | 'perhaps replaced' | 'removed' | 'left behind';

export interface ResourceChange {
  /** `<stack>/<logical id>`, as `--replace` takes it. */
  id: string;
  type: string;
  change: Change;
  /** Properties that make it so. */
  because: readonly string[];
}

export interface StackChanges {
  stack: AssemblyStack;
  isNew: boolean;
  resources: readonly ResourceChange[];
  /** Rights and firewalls that would be opened, as a table; empty where none is. */
  opened: string;
}

const CHANGES: Readonly<Partial<Record<ResourceImpact, Change>>> = {
  [ResourceImpact.WILL_CREATE]: 'made',
  [ResourceImpact.WILL_UPDATE]: 'changed',
  [ResourceImpact.WILL_REPLACE]: 'replaced',
  [ResourceImpact.MAY_REPLACE]: 'perhaps replaced',
  [ResourceImpact.WILL_DESTROY]: 'removed',
  [ResourceImpact.WILL_ORPHAN]: 'left behind',
};
const LOSES_DATA: readonly Change[] = ['replaced', 'perhaps replaced', 'removed', 'left behind'];

/** Whether data, or an address that people know, would go with it. */
export function isAtRisk({ type, change }: ResourceChange): boolean {
  return isStateful(type) && LOSES_DATA.includes(change);
}

/**
 * What a deployment would change, by the templates: `deployed` gives that of each stack that is there. An output whose
 * resource is replaced changes with it, so what reads it in another stack is looked at as changed.
 */
export function stackChanges(
  { stacks }: Assembly,
  deployed: ReadonlyMap<string, Json>,
): StackChanges[] {
  const renewed = new Set<string>();
  return inOrder(stacks).map((stack) => {
    const before = deployed.get(stack.id);
    const old = asObject(before ?? {});
    const text = asObject(asKept(stack.template));
    const diff = fullDiff(old, asObject(withRenewed(text, renewed)));
    const resources: ResourceChange[] = [];
    diff.resources.forEachDifference((logicalId, difference) => {
      const change = CHANGES[difference.changeImpact];
      if (change === undefined) return;
      const because = Object.entries(difference.propertyUpdates)
        .filter(([, { changeImpact = '' }]) => /REPLACE/.test(changeImpact))
        .map(([name]) => name);
      const type = difference.newResourceType ?? difference.oldResourceType ?? '';
      resources.push({ id: `${stack.id}/${logicalId}`, type, change, because });
    });
    const replaced = resources
      .filter(({ change }) => change === 'replaced' || change === 'perhaps replaced')
      .map(({ id }) => id.slice(stack.id.length + 1));
    for (const output of outputsWith(stack.template, replaced))
      renewed.add(`${stack.name} ${output}`);
    return { stack, isNew: before === undefined, resources, opened: openedBy(old, text) };
  });
}

/** Those that are read before those that read them. */
function inOrder(stacks: readonly AssemblyStack[]): AssemblyStack[] {
  const ordered: AssemblyStack[] = [];
  const add = (stack: AssemblyStack): void => {
    if (ordered.includes(stack)) return;
    for (const other of stacks) if (stack.reads.includes(other.id)) add(other);
    ordered.push(stack);
  };
  stacks.forEach(add);
  return ordered;
}

/** Names of outputs that come from one of these resources. */
function outputsWith(template: Json, logicalIds: readonly string[]): string[] {
  const { Outputs } = templateSchema.parse(template);
  return Object.entries(Outputs)
    .filter(([, output]) => logicalIds.some((id) => refersTo(output.Value, id)))
    .map(([name]) => name);
}

function refersTo(value: Json, logicalId: string): boolean {
  if (Array.isArray(value)) return value.some((one) => refersTo(one, logicalId));
  if (!isObject(value)) return false;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': text } = value;
  if (Ref === logicalId) return true;
  if (Array.isArray(attribute) && attribute[0] === logicalId) return true;
  if (typeof text === 'string' && text.includes(`\${${logicalId}`)) return true;
  return Object.values(value).some((one) => refersTo(one, logicalId));
}

const READ = 'Fn::GetStackOutput';

/** The same template, in which what reads a renewed output reads another one. */
function withRenewed(value: Json, renewed: ReadonlySet<string>): Json {
  if (Array.isArray(value)) return value.map((one) => withRenewed(one, renewed));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === READ ? withRenewedName(inner, renewed) : withRenewed(inner, renewed),
    ]),
  );
}

function withRenewedName(read: Json, renewed: ReadonlySet<string>): Json {
  if (!isObject(read)) return read;
  const { StackName, OutputName } = read;
  if (typeof StackName !== 'string' || typeof OutputName !== 'string') return read;
  return renewed.has(`${StackName} ${OutputName}`)
    ? { ...read, OutputName: `${OutputName} anew` }
    : read;
}

/** CloudFormation gives a template back with a question mark for each character that is not of ASCII. */
export function asKept(template: Json): Json {
  if (typeof template === 'string') return template.replaceAll(/[\u{80}-\u{10ffff}]/gu, '?');
  if (Array.isArray(template)) return template.map(asKept);
  if (!isObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, asKept(value)]));
}

/** Rights and firewalls, by the text alone: another value behind an output opens nothing. */
function openedBy(old: Record<string, Json>, text: Record<string, Json>): string {
  const diff = fullDiff(old, text);
  if (!diff.permissionsBroadened) return '';
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, written) {
      lines.push(chunk.toString());
      written();
    },
  });
  formatSecurityChanges(stream, diff);
  return lines.join('').trimEnd();
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: Json): Record<string, Json> {
  return isObject(value) ? value : {};
}
