/** Environment variables are missing or wrong; the text names them, never their values. */
export class InvalidConfig extends Error {
  override name = 'InvalidConfig';
}

/** What is asked of a schema, so that one of zod's small ones does as well. */
interface SettingsSchema<Settings> {
  safeParse: (
    env: Record<string, string | undefined>,
  ) =>
    | { success: true; data: Settings }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } };
}

/**
 * Reads settings from environment variables by a schema whose keys are the variables' names. An
 * empty variable counts as missing. Throws {@link InvalidConfig} naming every variable at fault
 * and what is wrong with it, never its value.
 */
export function readConfig<Settings>(
  schema: SettingsSchema<Settings>,
  env: Record<string, string | undefined>,
): Settings {
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
