import { openDatabase } from '../database.ts';

/** A SQL Server database for tests alone, which they empty; undefined: none is named. */
export const SQLSERVER_URL = process.env['SQLSERVER_URL'];

/** Spec files run side by side, and there is one server: a lock of its own lets one in at a time. */
export async function takeTurn(url: string): Promise<() => Promise<void>> {
  const session = openDatabase(url, { poolMax: 1, requestTimeoutMs: 0 });
  await session.raw(
    "exec sp_getapplock @Resource = 'ordercast-tests', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = -1",
  );
  return () => session.destroy();
}
