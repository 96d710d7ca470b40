import { APPLIED_TABLE, HISTORY_TABLE, MIGRATION_LOCK } from '../history/history-tables.ts';
import { quoted } from '../step/literal.ts';
import type { Backfill, RecordedItem } from '../step/recorded-item.ts';
import type { Direction, Step } from '../step/step.ts';

/** T-SQL that is sent as one batch: `plan` prints it between two GO, `up` and `down` execute it. */
export interface Batch {
  /** What a reader should know of it. */
  title: string;
  sql: string;
  /** Rows are changed a batch at a time until none is left: to be executed again while it returns 1. */
  repeats: boolean;
}

export interface BatchContext {
  direction: Direction;
  /** The step before this one in the order of the direction: it must be done first. */
  previous: Step | undefined;
  /** How many steps come before it: on its way up all of them must be applied. None if left out. */
  earlier?: number;
  /** Whether it may be done where a later one is already; not if left out. */
  outOfOrder?: boolean;
  /** One round of a backfill a batch, for whoever shows progress; else all of it in one. */
  singleRounds: boolean;
}

/** A step has no `down`, so it cannot be undone. */
export class StepHasNoDown extends Error {
  override name = 'StepHasNoDown';

  constructor(step: Step) {
    super(`${step.name} has no down: it cannot be undone by this tool.`);
  }
}

/**
 * One step as guarded batches. Each does nothing where the step is done already, fails where
 * another holds the lock or an earlier step is missing, and leaves either all that it stands for or
 * nothing, with a row of history either way.
 */
export function stepBatches(step: Step, context: BatchContext): Batch[] {
  const items = context.direction === 'up' ? step.up : step.down;
  if (items === undefined) throw new StepHasNoDown(step);
  return step.transaction ? [wholeStep(step, items, context)] : itemByItem(step, items, context);
}

function wholeStep(step: Step, items: readonly RecordedItem[], context: BatchContext): Batch {
  const statements = items.map((item) => (item.kind === 'statement' ? execute(item.sql) : ''));
  return {
    title: `${step.name}, in one transaction`,
    repeats: false,
    sql: guarded(step, context, [
      'DECLARE @attempt bigint;',
      beginAttempt(step, context),
      'SET @attempt = CAST(SCOPE_IDENTITY() AS bigint);',
      ...inTransaction([...statements, ...mark(step, context), endAttempt('@attempt')]),
    ]),
  };
}

function itemByItem(step: Step, items: readonly RecordedItem[], context: BatchContext): Batch[] {
  return [
    {
      title: `${step.name}, each of its ${items.length} parts in a transaction of its own`,
      repeats: false,
      sql: guarded(step, context, [
        ...findAttempt(step, context),
        'IF @attempt IS NULL OR @done IS NULL',
        ...indent([beginAttempt(step, context)]),
        'ELSE',
        ...indent([
          `UPDATE dbo.${HISTORY_TABLE} SET outcome = 'started', error = NULL WHERE id = @attempt;`,
        ]),
      ]),
    },
    ...items.map((item, index) => itemBatch(step, context, item, { index, of: items.length })),
    {
      title: `${step.name}: done`,
      repeats: false,
      sql: guarded(step, context, [
        ...findAttempt(step, context),
        `IF ISNULL(@done, -1) <> ${items.length}`,
        ...indent([raise(`${step.name} is not complete, so it is not marked as done.`)]),
        'ELSE',
        'BEGIN',
        ...indent(inTransaction([...mark(step, context), endAttempt('@attempt')])),
        'END',
      ]),
    },
  ];
}

function itemBatch(
  step: Step,
  context: BatchContext,
  item: RecordedItem,
  { index, of }: { index: number; of: number },
): Batch {
  const isBackfill = item.kind === 'backfill';
  const next = `UPDATE dbo.${HISTORY_TABLE} SET items_done = ${index + 1}, item_cursor = NULL WHERE id = @attempt;`;
  const work = isBackfill
    ? backfillRounds(item.backfill, next, context.singleRounds)
    : inTransaction([execute(item.sql), next]);
  return {
    title: `${step.name}: part ${index + 1} of ${of}`,
    repeats: isBackfill && context.singleRounds,
    sql: guarded(step, context, [
      ...findAttempt(step, context),
      `IF ISNULL(@done, -1) < ${index}`,
      ...indent([
        raise(`Part ${index + 1} of ${step.name} was not run: the part before it is missing.`),
      ]),
      `ELSE IF @done = ${index}`,
      'BEGIN',
      ...indent(work),
      'END',
    ]),
  };
}

/** Walks the key from the noted cursor on; the last round finds no row and ends the part. */
function backfillRounds(wanted: Backfill, next: string, single: boolean): string[] {
  const { table, key, keyType, set, where, batch } = wanted;
  const column = `[${key}]`;
  const round = inTransaction([
    `SELECT @from = CAST(item_cursor AS ${keyType}) FROM dbo.${HISTORY_TABLE} WHERE id = @attempt;`,
    'SET @to = NULL;',
    `SELECT @to = MAX(${column}) FROM (SELECT TOP (${batch}) ${column} FROM dbo.[${table}] WHERE @from IS NULL OR ${column} > @from ORDER BY ${column}) AS round OPTION (RECOMPILE);`,
    'IF @to IS NULL',
    'BEGIN',
    ...indent([next, 'SET @more = 0;']),
    'END',
    'ELSE',
    'BEGIN',
    ...indent([
      `UPDATE dbo.[${table}] SET ${set} WHERE (@from IS NULL OR ${column} > @from) AND ${column} <= @to${where === undefined ? '' : ` AND (${where})`} OPTION (RECOMPILE);`,
      `UPDATE dbo.${HISTORY_TABLE} SET item_cursor = CAST(@to AS nvarchar(400)) WHERE id = @attempt;`,
    ]),
    'END',
  ]);
  return [
    `DECLARE @from ${keyType}, @to ${keyType}, @more bit = 1;`,
    ...(single ? round : ['WHILE @more = 1', 'BEGIN', ...indent(round), 'END']),
    ...(single ? ['SELECT CAST(@more AS int) AS more;'] : []),
  ];
}

function guarded(step: Step, context: BatchContext, work: string[]): string {
  const { direction, previous, earlier = 0, outOfOrder = false } = context;
  const isApplied = `EXISTS (SELECT 1 FROM dbo.${APPLIED_TABLE} WHERE name = ${quoted(step.name)})`;
  const isDone = direction === 'up' ? isApplied : `NOT ${isApplied}`;
  const conditions = [
    `IF ${isDone}`,
    ...indent([`PRINT ${quoted(`${step.name}: nothing to do.`)};`]),
    `ELSE IF APPLOCK_MODE(N'public', N'${MIGRATION_LOCK}', N'Session') <> N'Exclusive'`,
    ...indent([raise(`${step.name} was not run: this session does not hold the migration lock.`)]),
  ];
  if (previous !== undefined) {
    const other = `EXISTS (SELECT 1 FROM dbo.${APPLIED_TABLE} WHERE name = ${quoted(previous.name)})`;
    conditions.push(
      `ELSE IF ${direction === 'up' ? `NOT ${other}` : other}`,
      ...indent([
        raise(
          `${step.name} was not run: ${previous.name} must be ${direction === 'up' ? 'applied' : 'undone'} first.`,
        ),
      ]),
    );
  }
  if (direction === 'up' && earlier > 0) {
    // Not the one before it alone: where steps go out of order that may be applied and another not.
    conditions.push(
      `ELSE IF (SELECT COUNT(*) FROM dbo.${APPLIED_TABLE} WHERE SUBSTRING(name, 1, 14) < N'${step.version}') < ${earlier}`,
      ...indent([raise(`${step.name} was not run: an earlier step is not applied.`)]),
    );
  }
  if (direction === 'up' && !outOfOrder) {
    conditions.push(
      `ELSE IF EXISTS (SELECT 1 FROM dbo.${APPLIED_TABLE} WHERE SUBSTRING(name, 1, 14) > N'${step.version}')`,
      ...indent([
        raise(
          `${step.name} was not run: a later step is applied already. See whether it still fits, and plan it with --out-of-order.`,
        ),
      ]),
    );
  }
  return [...conditions, 'ELSE', 'BEGIN', ...indent(work), 'END'].join('\n');
}

/** All or nothing; a failure is noted in the history and raised as it was. */
function inTransaction(statements: readonly string[]): string[] {
  return [
    'BEGIN TRY',
    ...indent(['BEGIN TRANSACTION;', ...statements, 'COMMIT TRANSACTION;']),
    'END TRY',
    'BEGIN CATCH',
    ...indent([
      'IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;',
      `UPDATE dbo.${HISTORY_TABLE} SET outcome = 'failed', duration_ms = DATEDIFF_BIG(millisecond, started_at, SYSUTCDATETIME()), error = LEFT(ERROR_MESSAGE(), 2000) WHERE id = @attempt;`,
      'THROW;',
    ]),
    'END CATCH;',
  ];
}

/** Compiled only when its turn comes, so that it may name what the statement before it has made. */
function execute(sql: string): string {
  return `EXEC sp_executesql ${quoted(sql)};`;
}

function beginAttempt(step: Step, { direction }: BatchContext): string {
  return (
    `INSERT INTO dbo.${HISTORY_TABLE} (version, name, direction, checksum, outcome, items_done, started_at, done_by, done_from, statements_checksum, statements) ` +
    `VALUES ('${step.version}', ${quoted(step.name)}, '${direction}', '${step.checksum}', 'started', 0, SYSUTCDATETIME(), ORIGINAL_LOGIN(), HOST_NAME(), '${step.statementsChecksum}', ${quoted(step.statements)});`
  );
}

/** The attempt under way, if the last one at this step has not come to its end. */
function findAttempt(step: Step, { direction }: BatchContext): string[] {
  return [
    'DECLARE @attempt bigint, @done int;',
    `SELECT @attempt = MAX(id) FROM dbo.${HISTORY_TABLE} WHERE version = '${step.version}';`,
    `SELECT @done = items_done FROM dbo.${HISTORY_TABLE} WHERE id = @attempt AND direction = '${direction}' AND outcome <> 'done';`,
  ];
}

function endAttempt(attempt: string): string {
  return `UPDATE dbo.${HISTORY_TABLE} SET outcome = 'done', duration_ms = DATEDIFF_BIG(millisecond, started_at, SYSUTCDATETIME()) WHERE id = ${attempt};`;
}

function mark(step: Step, { direction }: BatchContext): string[] {
  if (direction === 'down') {
    return [`DELETE FROM dbo.${APPLIED_TABLE} WHERE name = ${quoted(step.name)};`];
  }
  return [
    `INSERT INTO dbo.${APPLIED_TABLE} (name, batch, migration_time) SELECT ${quoted(step.name)}, ISNULL(MAX(batch), 0) + 1, SYSUTCDATETIME() FROM dbo.${APPLIED_TABLE};`,
  ];
}

function raise(message: string): string {
  // RAISERROR would read a percent sign as a placeholder.
  return `RAISERROR (${quoted(message.replaceAll('%', '%%'))}, 16, 1);`;
}

/** Only the first line of a statement of several: its others may stand inside a literal. */
function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
