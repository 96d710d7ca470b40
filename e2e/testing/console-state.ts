import { z } from 'zod';

const stateSchema = z.object({
  mails: z.array(
    z.object({ id: z.number(), to: z.string(), subject: z.string(), text: z.string() }),
  ),
  objects: z.array(z.object({ key: z.string(), sizeBytes: z.number() })),
  schedules: z.array(z.object({ schedule: z.string(), next: z.iso.datetime().nullable() })),
  /** Endpoints by service. */
  standIns: z
    .array(z.object({ service: z.string(), endpoint: z.string() }))
    .transform((items) => new Map(items.map(({ service, endpoint }) => [service, endpoint]))),
});
export type ConsoleState = z.output<typeof stateSchema>;

/** What the local console of a running system shows. */
export async function consoleState(url: string): Promise<ConsoleState> {
  return stateSchema.parse(await (await fetch(`${url}/console/state.json`)).json());
}
