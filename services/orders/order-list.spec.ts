import { openDatabase } from '@ordercast/platform/database.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Knex } from 'knex';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openTestDatabase } from '../testing/test-database.ts';
import { listOrders } from './order-list.ts';
import type { OrderFilter } from './order-list.ts';

const FILTER: OrderFilter = {
  status: undefined,
  customerId: undefined,
  q: undefined,
  before: undefined,
};
const SEARCHES = ['ada', 'DKGH08JN', '01KAN', 'Lovelace@example.com'];

const planRows = z.array(z.object({ detail: z.string() }));

/** How SQLite would answer each query of a search. */
async function plansOf(db: Knex, filter: Partial<OrderFilter>): Promise<string[]> {
  const asked: { sql: string; bindings: readonly Knex.RawBinding[] }[] = [];
  const note = (query: (typeof asked)[number]) => void asked.push(query);
  db.on('query', note);
  await listOrders(db, { ...FILTER, ...filter }, 50);
  db.removeListener('query', note);
  const plans: string[] = [];
  for (const { sql, bindings } of asked) {
    const rows: unknown = await db.raw(`explain query plan ${sql}`, bindings);
    plans.push(
      planRows
        .parse(rows)
        .map(({ detail }) => detail)
        .join('\n'),
    );
  }
  return plans;
}

describe('a search for orders', () => {
  it('seeks by the words of people, by the id and by the number, and scans no table', async () => {
    const database = await openTestDatabase();
    try {
      const plans = await plansOf(database.db, { q: '0ABC' });
      expect(plans).toHaveLength(3);
      const [byPerson, byId, byNumber] = plans;
      expect(byPerson).toMatch(
        /SEARCH person_words USING COVERING INDEX \w+ \(word>\? AND word<\?\)/,
      );
      expect(byPerson).toMatch(/SEARCH people USING INDEX ix_people_name_key/);
      expect(byPerson).toMatch(/SEARCH people USING INDEX ix_people_email_key/);
      expect(byPerson).toMatch(/SEARCH orders USING INDEX ix_orders_customer/);
      expect(byId).toMatch(/SEARCH orders USING INDEX \w*orders\w* \(id>\? AND id<\?\)/);
      expect(byNumber).toMatch(
        /SEARCH orders USING INDEX uq_orders_number \(number>\? AND number<\?\)/,
      );
      for (const plan of plans) expect(plan).not.toMatch(/SCAN (orders|people|person_words)/);
    } finally {
      await database.close();
    }
  });

  it('is planned anew by SQL Server each time, for a beginning of one match or of a million', async () => {
    const server = await startTdsServer({ answer: () => ({ rows: [] }) });
    const db = openDatabase(`mssql://app:pw@127.0.0.1:${server.port}/shop?encrypt=false`);
    try {
      for (const q of SEARCHES) await listOrders(db, { ...FILTER, q }, 50);
      const selects = server.requests.filter(({ sql }) => sql.startsWith('select top'));
      expect(selects.length).toBeGreaterThan(SEARCHES.length);
      for (const { sql } of selects) {
        expect(sql).toMatch(/ option \(recompile\)$/);
        // The indexes of the lists hold every column but the number.
        expect(sql.slice(0, sql.indexOf(' from '))).not.toMatch(/\*|number/);
      }
      const byNumber = selects.find(({ sql }) => sql.includes('[orders].[number]'));
      expect(byNumber?.values).toContain('ADA');
    } finally {
      await db.destroy();
      await server.close();
    }
  });
});
