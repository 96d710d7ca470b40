import { SYSTEM_DATABASES } from '../plan/system-databases.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

/** Refuses a database that is the server's own, before anything is asked of it. */
export function assertOwnDatabase(name: string | undefined): void {
  if (name === undefined || !SYSTEM_DATABASES.includes(name.toLowerCase())) return;
  throw new Refused(
    EXIT.usage,
    `${name} is a database of the server itself: name one of your own, as in DATABASE_URL=mssql://…@<host>:1433/ordercast.`,
  );
}
