import { z } from 'zod';
import { readAssembly } from '../../deploy/assembly.ts';

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.json()).default({}),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
});
const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.object({ Value: z.json() })).default({}),
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
  return readAssembly(assembly).stacks.map(({ id, name, region, template }) => ({
    id,
    stackName: name,
    region,
    template: templateSchema.parse(template),
  }));
}
