import type { z } from 'zod';
import { templateSchema } from '../assembly.ts';
import { refOf } from '../template-reference.ts';

export interface StackEvent {
  id: string;
  type: string;
  status: string;
  reason?: string;
}

/** A stack of the scripted CloudFormation. */
export interface ScriptedStack {
  name: string;
  region: string;
  status: string;
  /** What its status becomes when it is next looked at. */
  next: string | undefined;
  template: string;
  changeSet: string;
  createdAt: number;
  updatedAt: number | undefined;
  terminationProtection: boolean;
  tags: Record<string, string>;
  /** Physical ids by logical ids. */
  resources: Map<string, { type: string; id: string; text: string }>;
  /** How often it was made or changed. */
  changes: number;
  /** Newest first. */
  events: StackEvent[];
}

export interface ChangeSet {
  name: string;
  status: string;
  reason: string;
  template: string;
  tags: Record<string, string>;
}

/** Brings a stack's resources to what a template says: as CloudFormation does, but nothing is made but names. */
export function applyTemplate(stack: ScriptedStack, template: string, account: string): void {
  const { Resources } = readTemplate(template);
  const resources: ScriptedStack['resources'] = new Map();
  for (const [logicalId, resource] of Object.entries(Resources)) {
    const text = JSON.stringify(resource);
    const before = stack.resources.get(logicalId);
    const isSame =
      before?.text === text || (before && resource.Type !== 'AWS::ECS::TaskDefinition');
    const id = isSame ? before.id : physicalId(stack, { logicalId, type: resource.Type, account });
    resources.set(logicalId, { type: resource.Type, id, text });
  }
  stack.resources = resources;
  stack.template = template;
  stack.changes += 1;
}

function physicalId(
  { name, region, changes }: ScriptedStack,
  { logicalId, type, account }: { logicalId: string; type: string; account: string },
): string {
  switch (type) {
    case 'AWS::ECS::TaskDefinition':
      return `arn:aws:ecs:${region}:${account}:task-definition/${name}-${logicalId}:${changes + 1}`;
    case 'AWS::ECS::Service':
      return `arn:aws:ecs:${region}:${account}:service/cluster/${logicalId}`;
    default:
      return `${name}-${logicalId}`.toLowerCase();
  }
}

/** Outputs: the physical id for a reference, else a name of its own, unless the test gives a value. */
export function outputsOf(
  stack: ScriptedStack,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const { Outputs } = readTemplate(stack.template);
  return Object.fromEntries(
    Object.entries(Outputs).map(([key, { Value }]) => [
      key,
      given[key] ?? stack.resources.get(refOf(Value))?.id ?? `${stack.name}-${key}`.toLowerCase(),
    ]),
  );
}

/** The toolkit's own is in YAML: of that nothing is made. */
function readTemplate(text: string): z.infer<typeof templateSchema> {
  return templateSchema.parse(text.startsWith('{') ? JSON.parse(text) : {});
}
