import type { StageSettings } from '../settings/stage-settings.ts';
import type { Resource, Stage } from './template.ts';

/** A stage as it would be deployed: its settings and its templates. */
export interface JudgedStage {
  settings: StageSettings;
  stacks: Stage;
}

export interface Found {
  stack: string;
  id: string;
  properties: Resource['Properties'];
}

/**
 * What a reviewer asks of the templates and no linter does. `find` says in a sentence each what is wrong; an empty list is
 * soundness.
 */
export interface Rule {
  name: string;
  find: (stage: JudgedStage) => string[];
}

/** All resources of a type, such as `AWS::EC2::Subnet`, in all stacks. */
export function resourcesOf({ stacks }: JudgedStage, type: string): Found[] {
  return Object.entries(stacks).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties }]) => ({ stack, id, properties: Properties })),
  );
}

/**
 * A value with its references resolved to `stack/LogicalId` or `stack/LogicalId.Attribute`, across stacks too, so that
 * two ways to name the same thing are equal; texts are joined.
 */
export function resolved(stage: JudgedStage, stack: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(stage, stack, item));
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const [[name, argument] = ['', undefined], ...others] = entries;
  if (others.length === 0) {
    if (name === 'Ref') {
      const id = String(argument);
      return id.startsWith('AWS::') ? id : `${stack}/${id}`;
    }
    if (name === 'Fn::GetAtt' && Array.isArray(argument)) {
      return `${stack}/${argument.map(String).join('.')}`;
    }
    if (name === 'Fn::Join' && Array.isArray(argument)) {
      const list: readonly unknown[] = argument;
      const [delimiter, items] = list;
      const parts = resolved(stage, stack, items);
      // What stands for a value may lie inside a text of JSON.
      const flat = (part: unknown) =>
        typeof part === 'string' ? part : textOf(part).replaceAll('"', "'");
      return Array.isArray(parts) ? parts.map(flat).join(String(delimiter)) : parts;
    }
    if (name === 'Fn::GetStackOutput') return outputOf(stage, argument);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, resolved(stage, stack, item)]));
}

function outputOf(stage: JudgedStage, reference: unknown): unknown {
  if (!isRecord(reference)) return reference;
  const prefix = `ordercast-${stage.settings.stage}-`;
  const stack = String(reference['StackName']).replace(prefix, '');
  const output = stage.stacks[stack]?.Outputs[String(reference['OutputName'])];
  return output === undefined ? reference : resolved(stage, stack, output.Value);
}

/** A property of a property, such as `at(properties, 'KeySchema', 0)`; undefined where there is none. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (Array.isArray(current)) current = current[Number(key)];
    else if (isRecord(current)) current = current[key];
    else return undefined;
  }
  return current;
}

export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list : [];
}

/** Empty where there is nothing. */
export function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object that stands in a text as JSON; undefined where none does. */
export function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** One sentence where `isSound` is false. */
export function unless(
  isSound: boolean,
  found: Pick<Found, 'stack' | 'id'>,
  text: string,
): string[] {
  return isSound ? [] : [`${found.stack}/${found.id}: ${text}`];
}
