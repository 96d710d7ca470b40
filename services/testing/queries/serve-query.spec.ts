import { describe, expect, it } from 'vitest';
import { applyStatement } from '@ordercast/migrations/schema/apply-statement.ts';
import { parseStatement } from '@ordercast/migrations/schema/parse-statement.ts';
import { EMPTY_SCHEMA } from '@ordercast/migrations/schema/schema-model.ts';
import { Unreadable } from '@ordercast/migrations/schema/token-reader.ts';
import { readQueries } from './read-query.ts';
import { serveQuery } from './serve-query.ts';

const TABLES = [
  `CREATE TABLE orders (id char(26) NOT NULL, customer varchar(9) NOT NULL, status varchar(9) NOT NULL,
    total bigint NOT NULL, sent_at datetime2(3) NULL, CONSTRAINT pk_orders PRIMARY KEY CLUSTERED (id))`,
  'CREATE TABLE people (sub varchar(9) NOT NULL, name nvarchar(9) NOT NULL, CONSTRAINT pk_people PRIMARY KEY CLUSTERED (sub))',
];
const BY_STATUS = 'CREATE INDEX ix_status ON orders (status, id) INCLUDE (total)';
const WAITING = 'CREATE INDEX ix_waiting ON orders (id) WHERE sent_at IS NULL';
const PAGE = 'select top (@p0) [id], [total] from [orders] where [status] = @p1';

/** How a schema of two tables and these indexes serves a text. */
function servings(sql: string, ...indexes: readonly string[]) {
  const schema = [...TABLES, ...indexes].map(parseStatement).reduce(applyStatement, EMPTY_SCHEMA);
  return readQueries(sql, schema).flatMap((query) => serveQuery(query));
}

describe('the index that serves a query', () => {
  it('is the one whose leading columns it holds, and gives the order', () => {
    expect(servings(`${PAGE} and [id] < @p2 order by [id] desc`, BY_STATUS)).toEqual([
      {
        table: 'orders',
        index: 'ix_status',
        seek: ['status =', 'id < >'],
        order: 'by the index',
        lookUps: 'none',
        faults: [],
      },
    ]);
  });

  it('is missing where it is gone: what is left reads past other rows', () => {
    expect(servings(`${PAGE} and [id] < @p2 order by [id] desc`)).toMatchObject([
      { index: 'pk_orders', seek: ['id < >'], faults: ['reads past'] },
    ]);
    expect(servings(`${PAGE} order by [id] desc`)).toMatchObject([
      { index: 'pk_orders', faults: ['scan', 'reads past'] },
    ]);
  });

  it('is sought by no column behind one that the query leaves open', () => {
    const gap = 'CREATE INDEX ix_gap ON orders (status, customer, total)';
    expect(
      servings('select [id] from [orders] where [status] = @p0 and [total] < @p1', gap),
    ).toMatchObject([{ index: 'ix_gap', seek: ['status ='], faults: ['reads past'] }]);
  });

  it('does not serve an order that it lacks, nor one that turns on the way', () => {
    expect(servings(`${PAGE} order by [total] desc`, BY_STATUS)).toMatchObject([
      { index: 'ix_status', order: 'sorted', faults: ['sort'] },
    ]);
    const two = 'CREATE INDEX ix_two ON orders (customer, status, id)';
    const from = 'select top (@p0) [id] from [orders] where [customer] = @p1 order by';
    expect(servings(`${from} [status] asc, [id] asc`, two)).toMatchObject([{ faults: [] }]);
    expect(servings(`${from} [status] desc, [id] asc`, two)).toMatchObject([{ faults: ['sort'] }]);
  });

  it('looks columns up that it lacks, as many times as TOP says, or without an end', () => {
    const more =
      'select top (@p0) [id], [customer] from [orders] where [status] = @p1 order by [id]';
    expect(servings(more, BY_STATUS)).toMatchObject([{ lookUps: 'TOP', faults: [] }]);
    const renamed = 'select [id] as [customer] from [orders] where [status] = @p0';
    expect(servings(renamed, BY_STATUS)).toMatchObject([{ lookUps: 'none' }]);
    const all = 'select [id], [customer] from [orders] where [status] = @p0';
    expect(servings(all, BY_STATUS)).toMatchObject([{ faults: ['look-ups'] }]);
  });

  it('counts look-ups before TOP where rows must be looked up to be refused', () => {
    const refused = `${PAGE} and [customer] = @p2 order by [id] desc`;
    expect(servings(refused, BY_STATUS)).toMatchObject([
      { lookUps: 'each row found', faults: ['reads past', 'look-ups'] },
    ]);
  });

  it('with a filter serves only what says so, and must hold the column that it is filtered by', () => {
    const waiting = 'select top (@p0) [id] from [orders] where [sent_at] is null order by [id] asc';
    expect(servings(waiting, WAITING)).toMatchObject([
      { index: 'ix_waiting', lookUps: 'TOP', faults: [] },
    ]);
    const holding = WAITING.replace(' WHERE', ' INCLUDE (sent_at) WHERE');
    expect(servings(waiting, holding)).toMatchObject([{ index: 'ix_waiting', lookUps: 'none' }]);
    const some = 'CREATE INDEX ix_some ON orders (status, id) WHERE sent_at IS NULL';
    const all = 'select top (@p0) [id] from [orders] where [status] = @p1 order by [id] asc';
    expect(servings(all, some)).toMatchObject([{ index: 'pk_orders' }]);
    expect(
      servings(`${all} and [sent_at] is not null`.replace(' order by [id] asc', ''), some),
    ).toMatchObject([{ index: 'pk_orders' }]);
  });

  it('is found for a joined table, and for each query within another', () => {
    const joined =
      'select [name], [orders].[id] from [orders] inner join [people] on [people].[sub] = [orders].[customer] where [orders].[id] = @p0';
    expect(servings(joined)).toMatchObject([
      { index: 'pk_orders', seek: ['id ='] },
      { index: 'pk_people', seek: ['sub ='] },
    ]);
    const nested =
      'select [id] from [orders] where [id] in (select [sub] from [people] where [sub] >= @p0 union select [sub] from [people] where [name] = @p1)';
    expect(servings(nested)).toMatchObject([
      { index: 'pk_orders', seek: ['id in query'] },
      { index: 'pk_people', seek: ['sub < >'], faults: [] },
      { index: 'pk_people', seek: [], faults: ['scan', 'reads past'] },
    ]);
  });

  it('reads past the rows for which another query finds what is not wanted', () => {
    const lonely =
      'select top (@p0) [id] from [orders] where [sent_at] is null and not exists (select 1 from [people] where people.sub = orders.customer) order by [id] asc';
    expect(servings(lonely, WAITING)).toMatchObject([
      { index: 'ix_waiting', faults: ['reads past'] },
      { index: 'pk_people', seek: ['sub ='], faults: [] },
    ]);
  });

  it('does not serve an or over two columns', () => {
    const either = 'select [id] from [orders] where ([id] = @p0 or [status] = @p1)';
    expect(servings(either, BY_STATUS)).toMatchObject([{ faults: ['scan', 'reads past'] }]);
    const one = 'select [id] from [orders] where ([status] is null or [status] < @p0)';
    expect(servings(one, BY_STATUS)).toMatchObject([{ seek: ['status < >'], faults: [] }]);
  });

  it('serves what is written by its key, and tells that the rest is read past', () => {
    const gone =
      'delete top (@p0) from orders with (rowlock, readpast) where status < @p1 and customer = @p2';
    expect(servings(`${gone}; select @@rowcount as deleted`, BY_STATUS)).toMatchObject([
      { index: 'ix_status', faults: ['reads past', 'look-ups'] },
    ]);
    const moved = 'update [orders] set [status] = @p0 where [id] = @p1 and [status] = @p2';
    expect(servings(`${moved};select @@rowcount as [row_count]`, BY_STATUS)).toMatchObject([
      { index: 'pk_orders', seek: ['id ='], faults: [] },
    ]);
  });

  it.each([
    'select * from [orders]',
    'select top (@p0) [orders].* from [orders]',
    'select [id], o.* from orders as o',
  ])('is of no use to %s, whose columns nobody has listed', (sql) => {
    const [first] = servings(sql, BY_STATUS);
    expect(first?.faults).toContain('selects all');
  });

  it('lacks some of all columns', () => {
    const all = 'select top (@p0) * from [orders] where [status] = @p1 order by [id]';
    expect(servings(all, BY_STATUS)).toMatchObject([{ index: 'ix_status', lookUps: 'TOP' }]);
  });

  it('is not looked for in a text that cannot be read', () => {
    for (const sql of [
      'select [id] from [ghosts]',
      'select [id] from [orders] where [ghost] = 1',
      'merge into [orders] using [people] on 1 = 1',
      'exec @found = run; select 1 from orders',
    ]) {
      expect(() => servings(sql)).toThrow(Unreadable);
    }
  });
});
