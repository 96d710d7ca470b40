import { databaseErrorKind } from '@ordercast/platform/database-error.ts';
import { MigrationLocked } from './migration-target.ts';

/** The lock of a file does not tell who has it. */
const HOLDER = 'Somebody else is migrating this database now, or keeps its file locked.';

/** Whether a file was busy for as long as it may be waited for. */
export function isLocked(error: unknown): boolean {
  return databaseErrorKind(error) === 'lock-timeout';
}

/** The same as what to do, and with what was done, as a sentence. */
export function migrationLocked(cause: unknown, done: string): MigrationLocked {
  return new MigrationLocked({ holder: HOLDER, done }, { cause });
}

/** Does what needs the lock of the file. Throws `MigrationLocked` where that is not to be had in time. */
export async function orElseLocked<Result>(
  work: () => Promise<Result>,
  done: string,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isLocked(error) ? migrationLocked(error, done) : error;
  }
}
