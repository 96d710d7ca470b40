import { integerColumn } from '@ordercast/platform/column.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { named, objectName } from '../schema/catalogue-queries.ts';
import { EMPTY_SCHEMA, key } from '../schema/schema-model.ts';
import type { SchemaModel } from '../schema/schema-model.ts';
import type { ServerFacts } from './statement-cost.ts';

const PAGE_BYTES = 8_192;

const editionRow = z.tuple([z.object({ edition: integerColumn.nullable() })]);
const sizeRows = z.array(
  z.object({ name: objectName, row_count: integerColumn, pages: integerColumn }),
);

/**
 * How large the tables are and what the edition is. `sys.partitions` and `sys.allocation_units` ask
 * for no right beyond that to see the tables, which the migrating login has;
 * `sys.dm_db_partition_stats` would want VIEW DATABASE STATE. What cannot be read is not known.
 */
export async function readServerFacts(
  db: Knex,
  readSchema: () => Promise<SchemaModel>,
): Promise<ServerFacts> {
  const unknown: Pick<ServerFacts, 'sizes'> = { sizes: new Map() };
  return {
    engineEdition: await readEdition(db).catch(() => undefined),
    sizes: await readSizes(db).catch(() => unknown.sizes),
    schema: await readSchema().catch(() => EMPTY_SCHEMA),
  };
}

async function readEdition(db: Knex): Promise<number | undefined> {
  const rows: unknown = await db.raw(
    "SELECT CAST(SERVERPROPERTY('EngineEdition') AS int) AS edition",
  );
  return editionRow.parse(rows)[0].edition ?? undefined;
}

async function readSizes(db: Knex): Promise<ServerFacts['sizes']> {
  const rows: unknown = await db.raw(`SELECT ${named('t.schema_id', 't.name')} AS name,
  (SELECT ISNULL(SUM(p.rows), 0) FROM sys.partitions AS p
   WHERE p.object_id = t.object_id AND p.index_id IN (0, 1)) AS row_count,
  (SELECT ISNULL(SUM(a.total_pages), 0) FROM sys.partitions AS p
   JOIN sys.allocation_units AS a ON a.container_id = p.partition_id
   WHERE p.object_id = t.object_id) AS pages
FROM sys.tables AS t`);
  return new Map(
    sizeRows
      .parse(rows)
      .map(({ name, row_count, pages }) => [
        key(name),
        { rows: row_count, bytes: pages * PAGE_BYTES },
      ]),
  );
}
