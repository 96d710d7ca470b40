import { z } from 'zod';
import { RotationRefused } from './rotation-refused.ts';

const SQL_SERVER_PORT = 1433;

/**
 * A login of SQL Server as RDS keeps it in Secrets Manager, and as the programs read it. Fields beyond these are kept
 * as they are.
 */
export const loginSecretSchema = z.looseObject({
  engine: z.string().startsWith('sqlserver'),
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535).default(SQL_SERVER_PORT),
  username: z.string().min(1),
  password: z.string().min(1),
  dbname: z.string().min(1).optional(),
  /** What is rotated here is never spoken to without TLS; the secret has to say so too, for other tools that read it. */
  ssl: z.literal(true),
});

/** A login of a pair; `masterarn` is the secret of the login that may set its password. */
export const pairSecretSchema = loginSecretSchema.extend({
  dbname: z.string().min(1),
  masterarn: z.string().min(1),
});

/** The master's own secret, as far as a pair's rotation needs it. One that RDS makes says nothing of `ssl`. */
export const masterSecretSchema = z.object({
  host: z.string().min(1),
  username: z.string().min(1),
  password: z.string().min(1),
});

/** What the gateway sends so that the API serves it, and what it sent before the last rotation. */
export const gatewaySecretSchema = z.object({
  newest: z.string().min(32),
  previous: z.string().min(32).optional(),
});

const linkKeySchema = z.object({ id: z.string().min(1), key: z.string().min(32) });

/** What links in mails of reports are signed with; one that is new has neither key, and a `seed` that nobody uses. */
export const linkSecretSchema = z.object({
  current: linkKeySchema.optional(),
  previous: linkKeySchema.optional(),
});

export type LoginSecret = z.infer<typeof loginSecretSchema>;
export type PairSecret = z.infer<typeof pairSecretSchema>;
export type GatewaySecret = z.infer<typeof gatewaySecretSchema>;
export type LinkSecret = z.infer<typeof linkSecretSchema>;

/** By its fields: `newest` is the gateway's, `current` or `seed` that of links, `masterarn` makes a pair, and anything else is one login. */
export function kindOfSecret(text: string): 'gateway' | 'links' | 'pair' | 'login' {
  const content = parsed(text);
  if (typeof content !== 'object' || content === null) return 'login';
  if ('newest' in content) return 'gateway';
  if ('current' in content || 'seed' in content) return 'links';
  return 'masterarn' in content ? 'pair' : 'login';
}

/** Throws {@link RotationRefused} that names the fields at fault, never their values. */
export function parseSecret<Secret>(
  schema: z.ZodType<Secret>,
  text: string,
  secretId: string,
): Secret {
  const result = schema.safeParse(parsed(text));
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map(({ path }) => path.join('.') || 'JSON'))];
  const ssl = fields.includes('ssl') ? ' Put "ssl": true into it.' : '';
  throw new RotationRefused(
    `The secret ${secretId} cannot be rotated: missing or wrong are ${fields.join(', ')}.${ssl} ` +
      'docs/dba.md, "Changing a password", has the shapes.',
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
