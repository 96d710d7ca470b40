import { APPLIED_TABLE, HISTORY_TABLE } from '../history/history-tables.ts';
import type { Backfill, RecordedItem } from '../step/recorded-item.ts';
import type { Direction, Step } from '../step/step.ts';
import { withAllowances } from './allowance-title.ts';
import { LACKS_LOCK } from './migration-lock.ts';
import { executeText, needsVariable, textExpression } from './script-text.ts';

/** T-SQL that is sent as one batch: what a script holds between two GO. */
export interface ScriptBatch {
  /** What a reader should know of it. */
  title: string;
  sql: string;
}

/** One of a step: `plan` prints it, `up` and `down` execute it. */
export interface Batch extends ScriptBatch {
  /** What of the step it does; none where it only notes. */
  items: readonly RecordedItem[];
  /** Rows are changed a batch at a time until none is left: to be executed again while it returns 1. */
  repeats: boolean;
}

export interface BatchContext {
  direction: Direction;
  /** The step before this one, which must be applied first; what is undone asks the history instead. */
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
  return withAllowances(
    step,
    step.transaction ? [wholeStep(step, items, context)] : itemByItem(step, items, context),
  );
}

/** Holds a statement that is put together. */
const SQL_VARIABLE = ', @sql nvarchar(max)';

function wholeStep(step: Step, items: readonly RecordedItem[], context: BatchContext): Batch {
  const statements = items.flatMap((item) => (item.kind === 'statement' ? [item.sql] : []));
  return {
    title: `${step.name}, in one transaction`,
    items,
    repeats: false,
    sql: guarded(step, context, [
      `DECLARE @attempt bigint${statements.some(needsVariable) ? SQL_VARIABLE : ''};`,
      beginAttempt(step, context),
      'SET @attempt = CAST(SCOPE_IDENTITY() AS bigint);',
      ...inTransaction([
        ...statements.flatMap(executeText),
        ...mark(step, context),
        endAttempt('@attempt'),
      ]),
    ]),
  };
}

function itemByItem(step: Step, items: readonly RecordedItem[], context: BatchContext): Batch[] {
  return [
    {
      title: `${step.name}, each of its ${items.length} parts in a transaction of its own`,
      items: [],
      repeats: false,
      sql: guarded(step, context, [
        ...findAttempt(step, context),
        'IF @attempt IS NULL OR @done IS NULL',
        ...indent([beginAttempt(step, context)]),
        'ELSE',
        ...indent([
          // What is left of it may have been put right since.
          `UPDATE dbo.${HISTORY_TABLE} SET outcome = 'started', error = NULL, name = ${textExpression(step.name)}, checksum = '${step.checksum}', statements_checksum = '${step.statementsChecksum}', statements = ${textExpression(step.statements)} WHERE id = @attempt;`,
        ]),
      ]),
    },
    ...items.map((item, index) => itemBatch(step, context, item, { index, of: items.length })),
    {
      title: `${step.name}: done`,
      items: [],
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
    : inTransaction([...executeText(item.sql), next]);
  const isPutTogether = !isBackfill && needsVariable(item.sql);
  return {
    title: `${step.name}: part ${index + 1} of ${of}`,
    items: [item],
    repeats: isBackfill && context.singleRounds,
    sql: guarded(step, context, [
      ...findAttempt(step, context),
      `IF ISNULL(@done, -1) < ${index}`,
      ...indent([
        raise(`Part ${index + 1} of ${step.name} was not run: the part before it is missing.`),
      ]),
      `ELSE IF @done = ${index}`,
      'BEGIN',
      ...indent(isPutTogether ? [`DECLARE${SQL_VARIABLE.slice(1)};`, ...work] : work),
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
      'IF @to <= @from',
      ...indent([
        raise(
          `The backfill of ${table} does not get on: is ${keyType} the type of ${key}? Correct its keyType.`,
        ),
      ]),
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
  const isApplied = `EXISTS (SELECT 1 FROM dbo.${APPLIED_TABLE} WHERE name = ${textExpression(step.name)})`;
  const isDone = direction === 'up' ? isApplied : `NOT ${isApplied}`;
  const conditions = [
    // First, since it reads no table: under implicit transactions that would begin one.
    `IF ${LACKS_LOCK}`,
    ...indent([raise(`${step.name} was not run: this session does not hold the migration lock.`)]),
    'ELSE IF @@TRANCOUNT > 0',
    ...indent([raise(`${step.name} was not run: a transaction is open in this session.`)]),
    `ELSE IF ${isDone}`,
    ...indent([`PRINT ${textExpression(`${step.name}: nothing to do.`)};`]),
  ];
  if (direction === 'down') {
    conditions.push(
      `ELSE IF EXISTS (SELECT 1 FROM dbo.${APPLIED_TABLE} WHERE id > (SELECT MAX(id) FROM dbo.${APPLIED_TABLE} WHERE name = ${textExpression(step.name)}))`,
      ...indent([
        raise(`${step.name} was not run: what was applied after it must be undone first.`),
      ]),
    );
  } else if (previous !== undefined) {
    conditions.push(
      `ELSE IF NOT EXISTS (SELECT 1 FROM dbo.${APPLIED_TABLE} WHERE name = ${textExpression(previous.name)})`,
      ...indent([raise(`${step.name} was not run: ${previous.name} must be applied first.`)]),
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

function beginAttempt(step: Step, { direction }: BatchContext): string {
  return (
    `INSERT INTO dbo.${HISTORY_TABLE} (version, name, direction, checksum, outcome, items_done, started_at, done_by, done_from, statements_checksum, statements) ` +
    `VALUES ('${step.version}', ${textExpression(step.name)}, '${direction}', '${step.checksum}', 'started', 0, SYSUTCDATETIME(), ORIGINAL_LOGIN(), HOST_NAME(), '${step.statementsChecksum}', ${textExpression(step.statements)});`
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
    return [`DELETE FROM dbo.${APPLIED_TABLE} WHERE name = ${textExpression(step.name)};`];
  }
  return [
    `INSERT INTO dbo.${APPLIED_TABLE} (name, batch, migration_time) SELECT ${textExpression(step.name)}, ISNULL(MAX(batch), 0) + 1, SYSUTCDATETIME() FROM dbo.${APPLIED_TABLE};`,
  ];
}

function raise(message: string): string {
  // RAISERROR would read a percent sign as a placeholder.
  return `RAISERROR (${textExpression(message.replaceAll('%', '%%'))}, 16, 1);`;
}

/** Only the first line of a statement of several: its others may stand inside a literal. */
function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
