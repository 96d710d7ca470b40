import { z } from 'zod';

/** Environment variables are missing or wrong; the text names them, never their values. */
export class InvalidConfig extends Error {
  override name = 'InvalidConfig';
}

/**
 * A whole number in decimal digits. The most is what still makes sense: a slip of the finger must not become a wait of
 * days, or a timer that rings at once because it is longer than Node's can be.
 */
export function wholeNumberSetting(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .pipe(z.int().min(least, { error }).max(most, { error }));
}

/** A TCP port; 0 lets the system choose one. */
export const portSetting = wholeNumberSetting(0, 65_535);
/** A comma-separated list; empty entries are dropped. */
export const listSetting = z
  .string()
  .transform((text) => text.split(',').map((entry) => entry.trim()))
  .pipe(z.array(z.string()))
  .transform((entries) => entries.filter((entry) => entry !== ''));

/** A list of origins, as a browser writes them in `Origin`: small letters, no default port, no path. */
export const originListSetting = listSetting.pipe(
  z.array(
    z
      .url({ protocol: /^https?$/, error: 'must be origins such as https://app.example.com' })
      .transform((text) => new URL(text).origin),
  ),
);

/**
 * Reads settings from environment variables by a schema whose keys are the variables' names. An
 * empty variable counts as missing. Throws {@link InvalidConfig} naming every variable at fault
 * and what is wrong with it, never its value.
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Record<string, string | undefined>,
): z.infer<Schema> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const missing = present[name] === undefined;
    return `  ${name}: ${missing ? 'is not set' : issue.message}`;
  });
  throw new InvalidConfig(`Settings are missing or wrong:\n${faults.join('\n')}`);
}
