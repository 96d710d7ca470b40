import { z } from 'zod';
import { readJson } from '../assembly.ts';

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.json()).default({}),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
});
const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.object({ Value: z.json() })).default({}),
});
const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      properties: z
        .object({ templateFile: z.string().optional(), stackName: z.string().optional() })
        .optional(),
    }),
  ),
});

export type Resource = z.infer<typeof resourceSchema>;

export interface Stack {
  /** Such as `network`. */
  id: string;
  /** Such as `ordercast-dev-network`. */
  stackName: string;
  region: string;
  template: z.infer<typeof templateSchema>;
}

/** The stacks of a cloud assembly, in the order in which they are deployed. */
export function stacksOf(assembly: string): Stack[] {
  const { artifacts } = manifestSchema.parse(readJson(assembly, 'manifest.json'));
  return Object.entries(artifacts).flatMap(([id, { type, environment = '', properties }]) => {
    if (type !== 'aws:cloudformation:stack' || properties?.templateFile === undefined) return [];
    const template = templateSchema.parse(readJson(assembly, properties.templateFile));
    const region = environment.split('/').at(-1) ?? '';
    return [{ id, stackName: properties.stackName ?? id, region, template }];
  });
}
