import { MIGRATION_LOCK } from '../history/history-tables.ts';

/** Whether the session holds the lock of whoever migrates; it begins no implicit transaction. */
export const HOLDS_LOCK = `APPLOCK_MODE(N'public', N'${MIGRATION_LOCK}', N'Session') = N'Exclusive'`;
export const LACKS_LOCK = HOLDS_LOCK.replace('=', '<>');

/** Sets `@outcome`: below 0 where the lock is not to be had in time. */
export function takeLock(waitMs: number): string {
  return `EXEC @outcome = sp_getapplock @Resource = N'${MIGRATION_LOCK}', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = ${waitMs};`;
}

export const RELEASE_LOCK = `EXEC sp_releaseapplock @Resource = N'${MIGRATION_LOCK}', @LockOwner = N'Session';`;

/** Takes the lock of whoever migrates, for the session; the batches that follow ask for it. */
export function lockBatch(waitMs: number): string {
  return `DECLARE @outcome int;
${takeLock(waitMs)}
IF @outcome < 0
  RAISERROR (N'Somebody else is migrating this database (sp_getapplock answered %d). Nothing was changed.', 16, 1, @outcome);`;
}

export const UNLOCK_BATCH = `IF ${HOLDS_LOCK}
  ${RELEASE_LOCK}`;
