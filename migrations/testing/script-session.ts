import { openDatabase } from '@ordercast/platform/database.ts';
import { SqlServerClient } from '@ordercast/platform/sql-server/sql-server-client.ts';
import { splitScript } from './split-script.ts';

export interface ScriptSession {
  /** Runs batches as sqlcmd without `-b`, and SSMS, do: whatever becomes of each. The errors. */
  run: (script: string) => Promise<string[]>;
  close: () => Promise<void>;
}

/**
 * A window of a DBA on a real server. Its batches are batches, not parameterised statements, so what
 * one of them sets holds for the next.
 */
export async function openScriptSession(url: string): Promise<ScriptSession> {
  const db = openDatabase(url, { poolMax: 1, requestTimeoutMs: 120_000 });
  const client: unknown = db.client;
  if (!(client instanceof SqlServerClient)) throw new Error('This is no SQL Server.');
  const { Request } = client._driver();
  const connection = await client.acquireRawConnection();
  const send = (sql: string) =>
    new Promise<string | undefined>((resolve) => {
      connection.execSqlBatch(new Request(sql, (error) => resolve(error?.message)));
    });
  return {
    run: async (script) => {
      const errors: string[] = [];
      for (const batch of splitScript(script)) {
        const error = await send(batch);
        if (error !== undefined) errors.push(error);
      }
      return errors;
    },
    close: async () => {
      await client.destroyRawConnection(connection);
      await db.destroy();
    },
  };
}
