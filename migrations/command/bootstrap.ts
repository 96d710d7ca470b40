import type { ConnectionOptions } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { bootstrapParts, bootstrapScript } from './bootstrap-script.ts';
import type { BootstrapNames } from './bootstrap-script.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';

export interface Passwords {
  migratorPassword: string | undefined;
  appPassword: string | undefined;
}

/** A part of it failed; those before it are done, and it may be run again. */
export class BootstrapFailed extends Error {
  override name = 'BootstrapFailed';

  constructor(title: string, cause: unknown) {
    super(`bootstrap failed at "${title}"`, { cause });
  }
}

const MAX_PASSWORD_LENGTH = 128;

/**
 * What the master login does once: the database, row versioning, the migrating and the running
 * login with their rights. It may be run again, for instance to give other passwords.
 */
export async function bootstrap(
  names: BootstrapNames,
  {
    passwords,
    dryRun,
    open,
  }: {
    passwords: Passwords;
    dryRun: boolean;
    open: (options: ConnectionOptions & { database: string }) => Knex;
  },
): Promise<Report> {
  const script = bootstrapScript(names);
  if (dryRun) return { exitCode: EXIT.done, text: script, json: { sql: script } };
  const given = checked(passwords);
  const parts = bootstrapParts(names);
  for (const where of ['master', 'database'] as const) {
    const db = open({ poolMax: 1, database: where === 'master' ? 'master' : names.database });
    try {
      for (const part of parts.filter((one) => one.in === where)) {
        const values = part.parameters.map((parameter) => given[parameter]);
        await db
          .raw(part.sql.replaceAll('?', '\\?').replace('@p0', '?'), values)
          .catch((cause: unknown) => {
            throw new BootstrapFailed(part.title, cause);
          });
      }
    } finally {
      await db.destroy();
    }
  }
  return {
    exitCode: EXIT.done,
    text:
      `The database ${names.database} is there, with row versioning on, and so are the logins ` +
      `${names.migrator} (migrates) and ${names.app} (runs). Next: npm run migrate -- up, as ${names.migrator}.`,
    json: { ...names },
  };
}

function checked({ migratorPassword, appPassword }: Passwords): {
  migratorPassword: string;
  appPassword: string;
} {
  if (!isUsable(migratorPassword) || !isUsable(appPassword)) {
    throw new Refused(
      EXIT.usage,
      'bootstrap needs the passwords that the two logins shall have, in the environment: ' +
        `MIGRATOR_PASSWORD and APP_PASSWORD, of at most ${MAX_PASSWORD_LENGTH} characters each. See what it would do with --dry-run.`,
    );
  }
  return { migratorPassword, appPassword };
}

function isUsable(password: string | undefined): password is string {
  return password !== undefined && password !== '' && password.length <= MAX_PASSWORD_LENGTH;
}
