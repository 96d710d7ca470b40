import { MIGRATION_LOCK, SQL_SERVER_BOOKKEEPING } from '../history/history-tables.ts';
import type { Direction, Step } from '../step/step.ts';
import { stepBatches } from './step-batches.ts';
import type { Batch } from './step-batches.ts';

/** What a session must have set so that indexes with a predicate can be made at all, and more. */
const SESSION = `SET XACT_ABORT, NOCOUNT, QUOTED_IDENTIFIER, ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL ON;
SET NUMERIC_ROUNDABORT OFF;`;

/** Takes the lock of whoever migrates, for the session; the batches that follow ask for it. */
export function lockBatch(waitMs: number): string {
  return `DECLARE @outcome int;
EXEC @outcome = sp_getapplock @Resource = N'${MIGRATION_LOCK}', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = ${waitMs};
IF @outcome < 0
  RAISERROR (N'Somebody else is migrating this database (sp_getapplock answered %d). Nothing was changed.', 16, 1, @outcome);`;
}

export const UNLOCK_BATCH = `IF APPLOCK_MODE(N'public', N'${MIGRATION_LOCK}', N'Session') = N'Exclusive'
  EXEC sp_releaseapplock @Resource = N'${MIGRATION_LOCK}', @LockOwner = N'Session';`;

/**
 * The steps as one script for sqlcmd or SSMS. It may be run again: what is done is passed over, and
 * after a failure nothing that follows is done. `all` are the steps of the folder, for the order.
 */
export function planScript(
  steps: readonly Step[],
  all: readonly Step[],
  {
    direction,
    lockTimeoutMs,
    approval,
    outOfOrder = false,
  }: { direction: Direction; lockTimeoutMs: number; approval: string; outOfOrder?: boolean },
): string {
  const batches = steps.flatMap((step) =>
    stepBatches(step, {
      direction,
      previous: previousOf(step, all, direction),
      earlier: earlierThan(step, all),
      outOfOrder,
      singleRounds: false,
    }),
  );
  const batch = (title: string, sql: string) => `-- ${title}\n${sql}\nGO`;
  return [
    `-- Ordercast, ${direction}: ${steps.length === 0 ? 'nothing to do' : steps.map(({ name }) => name).join(', ')}`,
    `-- Approval: ${approval}`,
    ...(outOfOrder ? ['-- Out of order: a step is run even where a later one is applied.'] : []),
    '-- Run it with: sqlcmd -b -I -d <database> -i <this file>, or as it is in SSMS.',
    batch('How this session works', `${SESSION}\nSET LOCK_TIMEOUT ${lockTimeoutMs};`),
    batch('One migration at a time', lockBatch(lockTimeoutMs)),
    ...SQL_SERVER_BOOKKEEPING.map((sql) => batch('Bookkeeping', sql)),
    ...batches.map(({ title, sql }: Batch) => batch(title, sql)),
    batch('The next one may begin', UNLOCK_BATCH),
  ]
    .join('\n\n')
    .concat('\n');
}

/** How many steps of the folder come before this one. */
export function earlierThan({ version }: Step, all: readonly Step[]): number {
  return all.filter((other) => other.version < version).length;
}

/** The step that must be done before this one; undefined: none. */
export function previousOf(
  step: Step,
  all: readonly Step[],
  direction: Direction,
): Step | undefined {
  const index = all.findIndex(({ version }) => version === step.version);
  return direction === 'up' ? all[index - 1] : all[index + 1];
}
