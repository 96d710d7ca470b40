import { cannotServeNow } from '@ordercast/platform/database-error.ts';
import { CommitOutcomeUnknown } from '@ordercast/platform/sql-server/sql-server-transaction.ts';
import { StorageUnavailable } from '../storage/storage-fault.ts';
import { PartFailed } from './part-failed.ts';

/** Whether the same may well succeed in a while: the database or the storage cannot serve at the moment. */
export function isPassing(error: unknown): boolean {
  const cause = error instanceof PartFailed ? error.cause : error;
  return (
    cause instanceof StorageUnavailable ||
    cause instanceof CommitOutcomeUnknown ||
    (!isOfStorage(cause) && cannotServeNow(cause))
  );
}

/** It wraps what the network or a file said, which is not of the database. */
function isOfStorage(cause: unknown): boolean {
  return cause instanceof Error && /^(Storage|Bucket)/.test(cause.name);
}
