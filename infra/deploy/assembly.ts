import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.json()).default({}),
  DeletionPolicy: z.string().optional(),
});

/** A template of CloudFormation, as far as a deployment looks into it. */
export const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema).default({}),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.json() })).default({}),
});

/** One stack as it was synthesized. */
export interface AssemblyStack {
  /** Such as `network`. */
  id: string;
  /** Such as `ordercast-dev-network`. */
  name: string;
  region: string;
  /** As it stands in the file: what CloudFormation will keep. */
  template: Json;
  terminationProtection: boolean;
  /** Ids of the stacks whose outputs it reads. */
  reads: readonly string[];
}

export interface Assembly {
  folder: string;
  /** Those that another reads from come before it. */
  stacks: readonly AssemblyStack[];
}

const artifactSchema = z.object({
  type: z.string(),
  environment: z.string().optional(),
  dependencies: z.array(z.string()).default([]),
  properties: z
    .object({
      templateFile: z.string().optional(),
      stackName: z.string().optional(),
      terminationProtection: z.boolean().default(false),
    })
    .default({ terminationProtection: false }),
});
const manifestSchema = z.object({ artifacts: z.record(z.string(), artifactSchema) });

/** Reads what `cdk synth` has written. */
export function readAssembly(folder: string): Assembly {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const { artifacts } = manifestSchema.parse(read('manifest.json'));
  const isStack = (id: string) => artifacts[id]?.type === 'aws:cloudformation:stack';
  const stacks = Object.entries(artifacts)
    .filter(([id]) => isStack(id))
    .map(([id, { environment = '', dependencies, properties }]) => ({
      id,
      name: properties.stackName ?? id,
      region: environment.split('/').at(-1) ?? '',
      template: z.json().parse(read(properties.templateFile ?? `${id}.template.json`)),
      terminationProtection: properties.terminationProtection,
      reads: dependencies.filter(isStack),
    }));
  return { folder, stacks };
}

/** Of several stacks one by its id. */
export function stackOf({ stacks }: Assembly, id: string): AssemblyStack {
  const stack = stacks.find((one) => one.id === id);
  if (stack === undefined) throw new Error(`The app makes no stack "${id}".`);
  return stack;
}
