import { SQL_SERVER_BOOKKEEPING } from '../history/history-tables.ts';
import type { Direction, Step } from '../step/step.ts';
import { historyChecks } from './history-checks.ts';
import type { Begun } from './history-checks.ts';
import { HOLDS_LOCK, RELEASE_LOCK, takeLock } from './migration-lock.ts';
import { textExpression } from './script-text.ts';
import { sessionSettings } from './session-settings.ts';
import { SYSTEM_DATABASES } from './system-databases.ts';
import type { ScriptBatch } from './step-batches.ts';

/**
 * What a script of `steps` does before the first of them, `all` being the folder's. A failed batch does not keep sqlcmd without `-b`, and
 * never SSMS, from running the next one; so only who passes the checks gets the lock, and every
 * later batch asks for it.
 */
export function scriptOpening(
  steps: readonly Step[],
  all: readonly Step[],
  {
    direction,
    database,
    lockTimeoutMs,
    begun = new Map(),
  }: {
    direction: Direction;
    database: string | undefined;
    lockTimeoutMs: number;
    begun?: Begun;
  },
): ScriptBatch[] {
  return [
    { title: 'How this session works', sql: sessionSettings(lockTimeoutMs) },
    {
      title: 'Whether this window may run it; then one migration at a time',
      sql: windowChecks(database, lockTimeoutMs),
    },
    ...SQL_SERVER_BOOKKEEPING.map((sql) => ({
      title: 'Bookkeeping',
      sql: `IF ${HOLDS_LOCK}\nBEGIN\n${sql}\nEND;`,
    })),
    {
      title: 'Whether what is applied is what this script knows',
      sql: historyChecks(steps, all, direction, begun),
    },
  ];
}

function windowChecks(database: string | undefined, lockTimeoutMs: number): string {
  const wrongDatabase =
    database === undefined
      ? []
      : [
          `ELSE IF DB_NAME() <> ${textExpression(database)}`,
          `  SET @problem = CONCAT(N'this script is for the database ', ${textExpression(database)}, N', and the window is on ', DB_NAME());`,
        ];
  return [
    'DECLARE @problem nvarchar(1000), @outcome int;',
    // A run before this one in the same window may have failed and kept it.
    `IF ${HOLDS_LOCK}`,
    `  ${RELEASE_LOCK}`,
    'IF @@TRANCOUNT > 0',
    "  SET @problem = N'a transaction is open in this window: end it with COMMIT or ROLLBACK first';",
    `ELSE IF DB_NAME() IN (${SYSTEM_DATABASES.map(textExpression).join(', ')})`,
    "  SET @problem = CONCAT(N'the window is on the system database ', DB_NAME());",
    ...wrongDatabase,
    "ELSE IF ISNULL(SCHEMA_NAME(), N'') <> N'dbo'",
    "  SET @problem = CONCAT(N'the default schema of this user must be dbo, and is ', SCHEMA_NAME());",
    'IF @problem IS NULL',
    'BEGIN',
    `  ${takeLock(lockTimeoutMs)}`,
    '  IF @outcome < 0',
    "    SET @problem = CONCAT(N'somebody else is migrating this database (sp_getapplock answered ', @outcome, N')');",
    'END',
    'IF @problem IS NOT NULL',
    "  RAISERROR (N'Nothing was changed: %s.', 16, 1, @problem);",
  ].join('\n');
}
