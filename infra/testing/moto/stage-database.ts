import { join } from 'node:path';
import { openDatabase } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import type { StageOptions } from './running-stage.ts';

/** What stands in for the database on RDS. */
export interface StageDatabase extends Pick<
  StageOptions,
  'databaseUrl' | 'caFile' | 'beforeServices' | 'mostTasks'
> {
  /** Breaks every connection to it; new ones are taken. */
  cut: () => void;
  close: () => Promise<void>;
}

const PRODUCT = {
  id: 'tea',
  name: 'Tea',
  category: 'Drinks',
  unit_price: 450,
  currency: 'EUR',
};

/** A file, which is named instead of the secret. */
export function sqliteDatabase(): StageDatabase {
  return {
    databaseUrl: (folder) => `sqlite:${join(folder, 'ordercast.db')}`,
    caFile: '',
    beforeServices: async ({ runTask, surroundings }) => {
      await runTask('ordercast-dev-migrate', ['up']);
      const db = openDatabase(surroundings.databaseUrl ?? '');
      await addProduct(db);
      await db.destroy();
    },
    cut: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** Without one nobody can order. */
export async function addProduct(db: Knex): Promise<void> {
  await db('products').insert({ ...PRODUCT, created_at: new Date('2026-11-28T00:00:00.000Z') });
}
