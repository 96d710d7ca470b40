import { z } from 'zod';

export const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
export const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}),
});
/** All templates of a stage by stack. */
export const stageSchema = z.record(z.string(), templateSchema);

export type Resource = z.infer<typeof resourceSchema>;
export type Template = z.infer<typeof templateSchema>;
export type Stage = z.infer<typeof stageSchema>;
