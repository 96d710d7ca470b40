import { join } from 'node:path';
import { migrateToLatest } from '@ordercast/migrations/migrate.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { fillDisk } from '@ordercast/platform/testing/fill-disk.ts';
import { MAY_MOUNT, smallDisk } from '@ordercast/platform/testing/small-disk.ts';
import type { Knex } from 'knex';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ADA, insertTestProducts, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

const MANY = 20;

async function startOn(database: Knex): Promise<TestApi> {
  await migrateToLatest(database);
  await insertTestProducts(database);
  const api = await startTestApi({ database });
  onTestFinished(async () => {
    await api.close();
    await database.destroy();
  });
  return api;
}

const place = (api: TestApi) =>
  api.call(ADA, 'POST', '/orders', {
    body: { lines: [{ productId: 'tea', quantity: 1 }], note: 'x'.repeat(4_000) },
  });
const list = (api: TestApi) => api.call(ADA, 'GET', '/orders?limit=200');

/** Places orders until one is refused; gives how many were taken. */
async function placeUntilRefused(api: TestApi): Promise<number> {
  for (let taken = 0; taken < 1_000; taken += 1) {
    const { status, headers } = await place(api);
    if (status === 201) continue;
    expect(status).toBe(503);
    expect(headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
    return taken;
  }
  throw new Error('It was never full.');
}

async function countOf(database: Knex): Promise<number> {
  const ids: unknown[] = await database('orders').pluck('id');
  return ids.length;
}

describe('an API whose database has no room', () => {
  it('answers 503 to what it cannot keep and 200 to what it can read, and takes orders again later', async () => {
    const database = openDatabase('sqlite::memory:');
    const api = await startOn(database);
    await database.raw('pragma max_page_count = 200');
    const taken = await placeUntilRefused(api);
    for (let tries = 0; tries < MANY; tries += 1) expect((await place(api)).status).toBe(503);
    expect((await list(api)).status).toBe(200);
    expect(await countOf(database)).toBe(taken);
    await database.raw('pragma max_page_count = 20000');
    expect((await place(api)).status).toBe(201);
    expect(await countOf(database)).toBe(taken + 1);
  });

  it.runIf(MAY_MOUNT)(
    'does the same on a disk that is really full (needs root, for a disk of its own)',
    async () => {
      const disk = await smallDisk(8);
      const database = openDatabase(`sqlite:${join(disk, 'test.db')}`);
      const api = await startOn(database);
      expect((await place(api)).status).toBe(201);
      const free = fillDisk(disk);
      const taken = 1 + (await placeUntilRefused(api));
      for (let tries = 0; tries < MANY; tries += 1) expect((await place(api)).status).toBe(503);
      expect((await list(api)).status).toBe(200);
      expect(await countOf(database)).toBe(taken);
      free();
      expect((await place(api)).status).toBe(201);
      expect(await countOf(database)).toBe(taken + 1);
    },
  );
});
