import { APPLIED_TABLE, HISTORY_TABLE } from '../history/history-tables.ts';
import type { HistoryRow } from '../history/history-row.ts';
import { REFUSALS } from '../history/refusals.ts';
import type { Refusal } from '../history/refusals.ts';
import type { Direction, Step } from '../step/step.ts';
import { LACKS_LOCK, RELEASE_LOCK } from './migration-lock.ts';
import { textExpression } from './script-text.ts';

/**
 * Whether what is applied is what a script of `steps` knows: the same as `up` and `down` ask before they
 * begin, and in the same words. The names and checksums of all steps of the folder stand in it.
 */
export function historyChecks(
  steps: readonly Step[],
  all: readonly Step[],
  direction: Direction,
  begun: Begun,
): string {
  const checks = direction === 'up' ? CHECKS_UP : checksDown(steps);
  return [
    `IF ${LACKS_LOCK}`,
    "  RAISERROR (N'Nothing was changed: this session does not hold the migration lock.', 16, 1);",
    'ELSE',
    'BEGIN',
    '  DECLARE @steps TABLE (version char(14) NOT NULL, name nvarchar(255) NOT NULL, checksum char(64) NOT NULL, statements char(64) NOT NULL, combined char(64) NOT NULL, ups nvarchar(10) NOT NULL, downs nvarchar(10) NOT NULL, begun nvarchar(80) NOT NULL);',
    ...all.map(
      ({ version, name, checksum, statementsChecksum, combinedChecksum, up, down }) =>
        `  INSERT INTO @steps (version, name, checksum, statements, combined, ups, downs, begun) VALUES ('${version}', ${textExpression(name)}, '${checksum}', '${statementsChecksum}', '${combinedChecksum}', '${up.length}', '${down?.length ?? '?'}', '${begun.get(version) ?? ''}');`,
    ),
    '  DECLARE @unknown nvarchar(255), @refusal nvarchar(1000), @newest nvarchar(14), @up nvarchar(20);',
    ...refusalLines(LOST_UNDONE),
    `  SELECT @unknown = MIN(name) FROM dbo.${APPLIED_TABLE} WHERE name NOT IN (SELECT name FROM @steps);`,
    '  IF @refusal IS NULL AND @unknown IS NOT NULL',
    "    SET @refusal = CONCAT(@unknown, N' is applied, and this script does not know it: the database belongs to a newer version, or the file has another name, or is gone (see migrate status).');",
    ...UP_COMMAND,
    ...[LOST, ...checks].flatMap(refusalLines),
    '  IF @refusal IS NOT NULL',
    '  BEGIN',
    `    ${RELEASE_LOCK}`,
    "    RAISERROR (N'Nothing was changed: %s', 16, 1, @refusal);",
    '  END',
    'END',
  ].join('\n');
}

/**
 * By the version of a step that stopped half-way and was edited behind the parts that are done, what its
 * attempt was: the script goes on with that one alone.
 */
export type Begun = ReadonlyMap<string, string>;

/** An attempt as {@link Begun} has it: the checksum of its T-SQL, and how far it came. */
export function begunAs({
  statementsChecksum,
  itemsDone,
}: Pick<HistoryRow, 'statementsChecksum' | 'itemsDone'>): string {
  return `${statementsChecksum ?? ''}:${itemsDone}`;
}

function refusalLines({ refusal, from, where }: Check): string[] {
  return [
    '  IF @refusal IS NULL',
    `    SELECT @refusal = MIN(${wordsOf(refusal, from)}) FROM ${from.tables} WHERE ${where};`,
  ];
}

/** The words of a refusal as T-SQL, of the expressions that stand in them. */
function wordsOf(refusal: Refusal, { version, name, progress }: Check['from']): string {
  const expressions: Readonly<Record<string, string>> = {
    '{name}': name,
    '{progress}': progress,
    '{way}': "CASE attempt.direction WHEN 'down' THEN N'undone' ELSE N'applied' END",
    '{up}': `CASE WHEN ${version} < @newest THEN N'up --out-of-order' ELSE @up END`,
  };
  const pieces = REFUSALS[refusal].split(/(\{\w+\})/).filter((one) => one !== '');
  return `CONCAT(${pieces.map((piece) => expressions[piece] ?? textExpression(piece)).join(', ')})`;
}

interface Check {
  refusal: Refusal;
  from: { tables: string; version: string; name: string; progress: string };
  where: string;
}

const lastOf = (version: string, where = '') =>
  `(SELECT MAX(id) FROM dbo.${HISTORY_TABLE} WHERE version = ${version}${where})`;
const isApplied = (name: string) =>
  `EXISTS (SELECT 1 FROM dbo.${APPLIED_TABLE} WHERE name = ${name})`;

const PROGRESS =
  "ISNULL(attempt.items_done, 0), N' of ', CASE attempt.direction WHEN 'down' THEN step.downs ELSE step.ups END, N' parts', " +
  "CASE WHEN attempt.item_cursor IS NULL THEN N'' ELSE CONCAT(N', and rows up to ', attempt.item_cursor) END";

/** Each step with its last attempt, and with what was noted of it when it was applied. */
const EACH_STEP = {
  tables:
    `@steps AS step LEFT JOIN dbo.${HISTORY_TABLE} AS attempt ON attempt.id = ${lastOf('step.version')} ` +
    `LEFT JOIN dbo.${HISTORY_TABLE} AS noted ON noted.id = ${lastOf('step.version', " AND direction <> 'down' AND outcome = 'done'")}`,
  version: 'step.version',
  name: 'step.name',
  progress: PROGRESS,
};

const APPLIED = isApplied('step.name');
const IN_PART =
  "attempt.outcome <> 'done' AND (attempt.items_done > 0 OR attempt.item_cursor IS NOT NULL)";
const HALF_APPLIED = `NOT ${APPLIED} AND ${IN_PART}`;
const HALF_UNDONE = `${APPLIED} AND attempt.direction = 'down' AND ${IN_PART}`;

/**
 * Whether a row of the history is of another file than the step's; one of before file and T-SQL were
 * told apart holds one checksum of both.
 */
const isOfOtherFile = (row: string) =>
  `${row}.checksum <> step.checksum AND (${row}.statements_checksum IS NOT NULL OR ${row}.checksum <> step.combined)`;
/** What goes on with an attempt must be the very same statements. */
const IS_NOT_AS_BEGUN =
  "CONCAT(attempt.statements_checksum, N':', attempt.items_done) <> step.begun";
const IS_EDITED = `(attempt.checksum IS NULL OR ${isOfOtherFile('attempt')}) AND ${IS_NOT_AS_BEGUN}`;
const IS_RECOMPILED = `attempt.checksum = step.checksum AND attempt.statements_checksum <> step.statements AND ${IS_NOT_AS_BEGUN}`;
const IS_OTHER = `((${IS_EDITED}) OR (${IS_RECOMPILED}))`;
const CHANGED = `${APPLIED} AND NOT (${HALF_UNDONE}) AND ${isOfOtherFile('noted')}`;

/** The last that was done is that it was forgotten; attempts that failed since change nothing of that. */
const forgotten = (version: string) =>
  `EXISTS (SELECT 1 FROM dbo.${HISTORY_TABLE} AS done WHERE done.id = ${lastOf(version, " AND outcome = 'done'")} ` +
  "AND done.direction = 'repair' AND done.checksum IS NULL)";
const FORGOTTEN = `NOT ${APPLIED} AND ${forgotten('step.version')}`;

/** Each step that was forgotten, with the attempt behind which it was. */
const EACH_FORGOTTEN = {
  ...EACH_STEP,
  tables:
    `@steps AS step JOIN dbo.${HISTORY_TABLE} AS last ON last.id = ${lastOf('step.version')} ` +
    `JOIN dbo.${HISTORY_TABLE} AS attempt ON attempt.id = ${lastOf('step.version', ` AND id < ${lastOf('step.version', " AND outcome = 'done'")}`)}`,
};
const LAST_IN_PART = IN_PART.replaceAll('attempt.', 'last.');

/** The `up` that the refusals name, as `upCommand` finds it. */
const UP_COMMAND = [
  `  SELECT @newest = MAX(SUBSTRING(name, 1, 14)) FROM dbo.${APPLIED_TABLE};`,
  "  SET @up = N'up';",
  `  IF EXISTS (SELECT 1 FROM @steps AS late WHERE late.version < @newest AND NOT ${isApplied('late.name')} AND NOT ${forgotten('late.version')})`,
  "    SET @up = N'up --out-of-order';",
];

const LAST_WITHOUT_FILE = `attempt.id = ${lastOf('attempt.version')} AND attempt.version NOT IN (SELECT version FROM @steps) AND ${IN_PART}`;

const LOST: Check = {
  refusal: 'lost',
  from: {
    tables: `dbo.${HISTORY_TABLE} AS attempt`,
    version: 'attempt.version',
    name: 'attempt.name',
    progress: "N''",
  },
  where: `${LAST_WITHOUT_FILE} AND attempt.direction = 'up' AND NOT ${isApplied('attempt.name')}`,
};

const LOST_UNDONE: Check = {
  refusal: 'lostUndone',
  from: LOST.from,
  where: `${LAST_WITHOUT_FILE} AND attempt.direction = 'down'`,
};

function check(refusal: Refusal, where: string): Check {
  return { refusal, from: EACH_STEP, where };
}

const CHECKS_UP: readonly Check[] = [
  check('halfAppliedEdited', `${HALF_APPLIED} AND ${IS_EDITED}`),
  check('halfAppliedRecompiled', `${HALF_APPLIED} AND ${IS_RECOMPILED}`),
  check('halfUndoneOther', `${HALF_UNDONE} AND ${IS_OTHER}`),
  check('halfUndone', HALF_UNDONE),
  check('changed', CHANGED),
  {
    refusal: 'halfForgotten',
    from: EACH_FORGOTTEN,
    where: `${FORGOTTEN} AND NOT (${LAST_IN_PART}) AND ${IN_PART}`,
  },
  check('forgotten', `${FORGOTTEN} AND NOT (${IN_PART})`),
];

function checksDown(steps: readonly Step[]): Check[] {
  const nothing = `NOT ${APPLIED} AND NOT (${IN_PART}) AND NOT ${forgotten('step.version')}`;
  // What is not undone may have been edited: its down is not run.
  const wanted = `step.version IN (${steps.map(({ version }) => `'${version}'`).join(', ')})`;
  return [
    check('halfApplied', HALF_APPLIED),
    check('failed', `${nothing} AND attempt.outcome = 'failed'`),
    check('interrupted', `${nothing} AND attempt.outcome = 'started'`),
    ...(steps.length === 0
      ? []
      : [
          check('halfUndoneOther', `${wanted} AND ${HALF_UNDONE} AND ${IS_OTHER}`),
          check('changedBelow', `${wanted} AND ${CHANGED}`),
        ]),
  ];
}
