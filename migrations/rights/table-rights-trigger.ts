import type { Difference } from '../schema/difference.ts';
import type { TriggerState } from './rights.ts';
import { TABLE_RIGHTS, rightStatement } from './role-rights.ts';

export const TABLE_RIGHTS_TRIGGER = 'ordercast_table_rights';

/** Gives them where the table is there, and where whoever runs this may give rights on it. */
const GIVE_TABLE_RIGHTS = [...TABLE_RIGHTS]
  .map(
    ([table, right]) =>
      `IF HAS_PERMS_BY_NAME(N'dbo.${table}', N'OBJECT', N'CONTROL') = 1\n  ${rightStatement(right)}`,
  )
  .join('\n');

/**
 * From the word on at which SQL Server's own text of it begins to be this one. The events are those by which
 * a table comes to its name: made, by sp_rename, and by ALTER SCHEMA … TRANSFER, which drops all rights on
 * what it moves (learn.microsoft.com, "DDL events", "ALTER SCHEMA").
 */
const TRIGGER = `TRIGGER ${TABLE_RIGHTS_TRIGGER} ON DATABASE FOR CREATE_TABLE, RENAME, ALTER_SCHEMA AS
SET NOCOUNT ON;
${GIVE_TABLE_RIGHTS}`;

/**
 * Gives the rights on single tables now, and from now on whenever a table is made, renamed or moved. The trigger
 * runs with the rights of whoever makes the table, so that it needs no owner that a restore could lose.
 */
export const TABLE_RIGHTS_SQL = `${GIVE_TABLE_RIGHTS}
EXEC (N'CREATE OR ALTER ${TRIGGER.replaceAll("'", "''")}');`;

/** How it is not as `bootstrap` makes it, if so. */
export function triggerDifferences(state: TriggerState | undefined): Difference[] {
  const difference = (actual: string, remedy?: string): Difference => ({
    subject: `trigger ${TABLE_RIGHTS_TRIGGER}`,
    kind: 'setting',
    actual,
    expected: 'as bootstrap makes it',
    ...(remedy !== undefined && { remedy }),
  });
  if (state === undefined) {
    return [
      difference(
        'is missing: a table that is made anew gets no rights of its own; run bootstrap again',
      ),
    ];
  }
  const changed = difference(
    "is not bootstrap's own any more, or not of this version: run it again",
  );
  const disabled = difference(
    'is disabled: a table that is made anew gets no rights of its own',
    `ENABLE TRIGGER ${TABLE_RIGHTS_TRIGGER} ON DATABASE;`,
  );
  return [
    ...(textOf(state.definition ?? '') === textOf(TRIGGER) ? [] : [changed]),
    ...(state.disabled ? [disabled] : []),
  ];
}

/**
 * SQL Server keeps the statement as it was sent, without its OR ALTER
 * (sqlquantumleap.com/2018/01/09/stored-procedure-function-view-trigger-definitions-can-be-wrong-even-if-sp_rename-was-never-used).
 */
function textOf(definition: string): string {
  return definition
    .replace(/^\s*(CREATE|ALTER|OR|\s)+(?=TRIGGER\b)/i, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
