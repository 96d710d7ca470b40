import { isRecord, resourcesOf } from '../../rules/judged-stage.ts';
import type { Found, JudgedStage } from '../../rules/judged-stage.ts';
import type { StageName } from '../assembly.ts';

/** A slip that somebody may make in a template, and how it is made. */
export interface PlantedFault {
  name: string;
  /** `prod` where the slip needs what only that stage has. */
  stage: StageName;
  plant: (stage: JudgedStage) => void;
}

type Path = readonly (string | number)[];

/** Writes `value` at a path of a resource's properties; `undefined` takes it away. */
export function write(target: Record<string, unknown>, path: Path, value: unknown): void {
  const parent = path.slice(0, -1).reduce((current: unknown, key) => {
    if (Array.isArray(current)) return current[Number(key)];
    if (!isRecord(current)) throw new Error(`Nothing lies at ${path.join('.')}`);
    return current[key];
  }, target);
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else if (isRecord(parent)) {
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else parent[last] = value;
  } else throw new Error(`Nothing lies at ${path.join('.')}`);
}

export const anyOf = () => true;

export function pick(stage: JudgedStage, type: string, isWanted: (found: Found) => boolean): Found {
  const found = resourcesOf(stage, type).find(isWanted);
  if (found === undefined) throw new Error(`The stage has no such ${type}`);
  return found;
}

export const set =
  (type: string, path: Path, value: unknown, isWanted: (found: Found) => boolean = anyOf) =>
  (stage: JudgedStage) =>
    write(pick(stage, type, isWanted).properties, path, value);

export const remove =
  (type: string, isWanted: (found: Found) => boolean = anyOf) =>
  (stage: JudgedStage) => {
    const { stack, id } = pick(stage, type, isWanted);
    delete stage.stacks[stack]?.Resources[id];
  };

export const has = (name: string, value: unknown) => (found: Found) =>
  found.properties[name] === value;
export const named = (part: string) => (found: Found) => found.id.includes(part);
export const container = (index: number, ...path: Path): Path => [
  'ContainerDefinitions',
  index,
  ...path,
];

export const fault = (
  name: string,
  plant: PlantedFault['plant'],
  stage: StageName = 'dev',
): PlantedFault => ({ name, plant, stage });
