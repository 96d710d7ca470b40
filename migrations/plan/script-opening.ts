import { APPLIED_TABLE, HISTORY_TABLE, SQL_SERVER_BOOKKEEPING } from '../history/history-tables.ts';
import type { Step } from '../step/step.ts';
import { HOLDS_LOCK, LACKS_LOCK, RELEASE_LOCK, takeLock } from './migration-lock.ts';
import { textExpression } from './script-text.ts';
import { sessionSettings } from './session-settings.ts';
import type { ScriptBatch } from './step-batches.ts';

/**
 * What a script does before its first step. A failed batch does not keep sqlcmd without `-b`, and
 * never SSMS, from running the next one; so only who passes the checks gets the lock, and every
 * later batch asks for it.
 */
export function scriptOpening(
  all: readonly Step[],
  { database, lockTimeoutMs }: { database: string | undefined; lockTimeoutMs: number },
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
    { title: 'Whether what is applied is what this script knows', sql: historyChecks(all) },
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
    "ELSE IF DB_NAME() IN (N'master', N'model', N'msdb', N'tempdb')",
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

/**
 * Whether a row of the history is of another file than the step's; one of before file and T-SQL were
 * told apart holds one checksum of both.
 */
const OTHER_FILE =
  'checksum <> step.checksum AND (statements_checksum IS NOT NULL OR checksum <> step.combined)';

/** The same as the tool asks before it begins; the names and checksums of all steps stand in it. */
function historyChecks(all: readonly Step[]): string {
  const isApplied = `EXISTS (SELECT 1 FROM dbo.${APPLIED_TABLE} WHERE name = step.name)`;
  const last = (columns: string, where: string) =>
    `(SELECT TOP (1) ${columns} FROM dbo.${HISTORY_TABLE} WHERE version = step.version${where} ORDER BY id DESC)`;
  const is = (condition: string, where: string) =>
    `${last(`CASE WHEN ${condition} THEN 1 ELSE 0 END`, where)} = 1`;
  const isEdited = is(OTHER_FILE, " AND direction <> 'down' AND outcome = 'done'");
  // What goes on with it must be the very same statements.
  const isHalfOfOther = is(
    `outcome <> 'done' AND (items_done > 0 OR item_cursor IS NOT NULL) AND (${OTHER_FILE} OR statements_checksum <> step.statements)`,
    '',
  );
  return [
    `IF ${LACKS_LOCK}`,
    "  RAISERROR (N'Nothing was changed: this session does not hold the migration lock.', 16, 1);",
    'ELSE',
    'BEGIN',
    '  DECLARE @steps TABLE (version char(14) NOT NULL, name nvarchar(255) NOT NULL, checksum char(64) NOT NULL, statements char(64) NOT NULL, combined char(64) NOT NULL);',
    ...all.map(
      ({ version, name, checksum, statementsChecksum, combinedChecksum }) =>
        `  INSERT INTO @steps (version, name, checksum, statements, combined) VALUES ('${version}', ${textExpression(name)}, '${checksum}', '${statementsChecksum}', '${combinedChecksum}');`,
    ),
    '  DECLARE @unknown nvarchar(255), @edited nvarchar(255), @refusal nvarchar(1000);',
    `  SELECT @unknown = MIN(name) FROM dbo.${APPLIED_TABLE} WHERE name NOT IN (SELECT name FROM @steps);`,
    `  SELECT @edited = MIN(name) FROM @steps AS step WHERE ${isApplied} AND ${isEdited};`,
    `  SELECT @edited = ISNULL(@edited, MIN(name)) FROM @steps AS step WHERE NOT ${isApplied} AND ${isHalfOfOther};`,
    '  IF @unknown IS NOT NULL',
    "    SET @refusal = CONCAT(@unknown, N' is applied, and this script does not know it: the database belongs to a newer version, or the file has another name, or is gone (see migrate status)');",
    '  ELSE IF @edited IS NOT NULL',
    "    SET @refusal = CONCAT(@edited, N' was edited after it, or a part of it, had been applied, or comes to other T-SQL than that part: see migrate verify and migrate repair, then plan anew');",
    '  IF @refusal IS NOT NULL',
    '  BEGIN',
    `    ${RELEASE_LOCK}`,
    "    RAISERROR (N'Nothing was changed: %s.', 16, 1, @refusal);",
    '  END',
    'END',
  ].join('\n');
}
