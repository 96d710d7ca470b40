import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SchemaModel } from '@ordercast/migrations/schema/schema-model.ts';
import { askingFiles } from './asking-files.ts';
import { queriesDocument } from './queries-document.ts';
import { plannedReads } from './planned-reads.ts';
import { latestSchema, servedOperations } from './served-operations.ts';
import type { ServedOperation } from './served-operations.ts';
import { STORE_OPERATIONS } from './store-operations.ts';

/** They ask a server about its logins, and no table. */
const ASK_NO_TABLE = ['rotation/login-server.ts'];

/** Functions that are given a database for others to ask: none of their files names a table. */
const HAND_IT_ON = [
  'changeRun',
  'createCompletion',
  'createMailEventsHandler',
  'createOrderService',
  'createPeopleService',
  'housekeepingTasks',
  'keepLease',
  'listedRecipients',
  'planMails',
  'productRoutes',
  'reconcileSchedules',
  'relayLeadership',
  'resendMail',
  'runRecipients',
  'summaryRoute',
  'visitLink',
  'withIdempotency',
];

let schema: SchemaModel;
let served: ServedOperation[];
beforeAll(async () => {
  schema = await latestSchema();
  served = await servedOperations(STORE_OPERATIONS, schema);
});

/** The name that SQLite gives to the index behind a primary key. */
const onSqlite = (index: string) => index.replace(/^pk_(\w+)$/, 'sqlite_autoindex_$1_1');

describe('what the stores ask', () => {
  it('is served by an index in every query, but for what is wanted otherwise, by name', () => {
    for (const { operation, servings } of served) {
      const found = servings
        .filter(({ faults }) => faults.length > 0)
        .map(({ index, faults }) => ({ index, faults: [...faults].sort() }));
      const wanted = operation.deliberate.map(({ index, faults }) => ({
        index,
        faults: [...faults].sort(),
      }));
      expect({ of: operation.purpose, found }).toEqual({ of: operation.purpose, found: wanted });
    }
  });

  it('seeks a later page by its key, however deep it lies', () => {
    const pages = served.filter(({ operation }) => operation.isLaterPage);
    expect(pages).not.toEqual([]);
    for (const { operation, servings } of pages) {
      const [first] = servings;
      expect({
        of: operation.purpose,
        range: first?.seek.at(-1),
        order: first?.order,
        lookUps: first?.lookUps,
      }).toEqual({
        of: operation.purpose,
        range: 'id < >',
        order: 'by the index',
        lookUps: 'none',
      });
    }
  });

  it('is read by SQLite by the same indexes, and no table is scanned', async () => {
    const planned = await plannedReads(STORE_OPERATIONS);
    for (const { operation, servings } of served) {
      const reads = planned.get(operation.purpose);
      if (reads === undefined) continue;
      const read = new Set(reads.map(({ index }) => index));
      const others = servings.filter(({ index }) => !read.has(onSqlite(index)));
      // The first rows of an index are a scan to SQLite, which ends where enough are found.
      const fronts = servings.filter(({ seek }) => seek.length === 0);
      const ends = new Set<string | undefined>(fronts.map(({ index }) => onSqlite(index)));
      const scans = reads.filter(({ isScan, index }) => isScan && !ends.has(index));
      expect({ of: operation.purpose, others, scans }).toEqual({
        of: operation.purpose,
        others: [],
        scans: [],
      });
    }
  });

  it('is all here: no function that asks the database is left out', async () => {
    const listed = new Set(STORE_OPERATIONS.map(({ name }) => name));
    const files = await askingFiles(join(import.meta.dirname, '..', '..'), schema);
    const missing = files
      .filter(({ asks, exports }) => asks && !exports.some((name) => listed.has(name)))
      .map(({ path }) => path);
    expect(missing).toEqual(ASK_NO_TABLE);
    const takers = files.flatMap((file) => file.takers);
    expect(takers.filter((name) => !listed.has(name)).sort()).toEqual(HAND_IT_ON);
    for (const { path, asks } of files.filter((file) =>
      file.exports.some((name) => HAND_IT_ON.includes(name)),
    )) {
      expect({ path, asks }).toEqual({ path, asks: false });
    }
  });
});

describe('docs/queries.md', () => {
  it('is what the queries and the steps say; where it is not, run: npm run docs:schema', async () => {
    const path = join(import.meta.dirname, '..', '..', '..', 'docs', 'queries.md');
    const written = await readFile(path, 'utf8');
    expect(written.replaceAll('\r\n', '\n')).toBe(queriesDocument(served));
  });
});
