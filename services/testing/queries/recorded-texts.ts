import { openDatabase } from '@ordercast/platform/database.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { answeredRow } from './known-rows.ts';
import type { StoreOperation } from './store-operation.ts';

/** The T-SQL that each operation sends, text by text, by its purpose. */
export async function recordedTexts(
  operations: readonly StoreOperation[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const texts = new Map<string, readonly string[]>();
  let writtenRows = 1;
  const server = await startTdsServer({
    answer: ({ sql }) => ({ rows: [answeredRow(sql, writtenRows)] }),
  });
  const db = openDatabase(`mssql://app:pw@127.0.0.1:${server.port}/shop?encrypt=false`);
  try {
    for (const operation of operations) {
      server.requests.length = 0;
      writtenRows = operation.writtenRows ?? 1;
      await operation.run(db);
      texts.set(
        operation.purpose,
        server.requests.map(({ sql }) => sql).filter((sql) => sql !== ''),
      );
    }
    return texts;
  } finally {
    await db.destroy();
    await server.close();
  }
}
