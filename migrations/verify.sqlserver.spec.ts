import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { forget } from './testing/forget.ts';
import { LIVE_URL, liveServer } from './testing/live-server.ts';
import { runMigrate } from './testing/run-migrate.ts';
import { statements } from './testing/step-files.ts';

const TABLES = [
  'lines',
  'orders',
  'late',
  'later',
  'migration_history',
  'knex_migrations',
  'knex_migrations_lock',
];

const live = liveServer(empty);
beforeEach(async () => {
  await live.steps.write(1, 'orders', {
    up: statements(
      'CREATE TABLE orders (id int NOT NULL, total int NOT NULL CONSTRAINT df_orders_total DEFAULT (0), CONSTRAINT pk_orders PRIMARY KEY NONCLUSTERED (id), CONSTRAINT ck_orders_total CHECK (total >= 0))',
      'CREATE TABLE lines (id int NOT NULL, order_id int NOT NULL, CONSTRAINT fk_lines_orders FOREIGN KEY (order_id) REFERENCES orders (id))',
    ),
    down: statements('DROP TABLE lines', 'DROP TABLE orders'),
  });
});
async function empty(db: Knex): Promise<void> {
  for (const sql of [
    ...TABLES.map((table) => `drop table if exists ${table}`),
    'drop table if exists verify_audit.log',
    'drop schema if exists verify_audit',
    'drop type if exists phone',
    'drop sequence if exists numbers',
  ]) {
    await db.raw(sql);
  }
}

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const migrate = (...args: readonly string[]) =>
  runMigrate([...args, '--directory', live.steps.path], { DATABASE_URL: LIVE_URL });

const answer = z.object({
  differences: z.array(z.object({ kind: z.string(), description: z.string() })),
});
/** What verify finds now and did not before. */
async function newIn(before: readonly string[]): Promise<string[]> {
  const read = answer.parse(JSON.parse((await migrate('verify', '--json')).out));
  return read.differences
    .map(({ description }) => description)
    .filter((one) => !before.includes(one))
    .sort();
}

describe.runIf(LIVE_URL !== '')('verify on SQL Server', () => {
  it('notices what was made by hand in another schema, and types and sequences', async () => {
    await migrate('up');
    const before = await newIn([]);
    await live.db.raw('create schema verify_audit');
    await live.db.raw('create table verify_audit.log (id int not null)');
    await live.db.raw('create type phone from varchar(20)');
    await live.db.raw('create sequence numbers as int');
    expect(await newIn(before)).toEqual([
      'numbers: sequence numbers is there and should not be',
      'phone: type phone is there and should not be',
      'verify_audit.log: table verify_audit.log is there and should not be',
    ]);
  });

  it('notices what is disabled or not trusted, and its remedies put that right', async (context) => {
    await live.skipOnBabelfish(context, 'Only SQL Server itself disables constraints and indexes.');
    await live.steps.write(2, 'index', {
      up: statements('CREATE INDEX ix_lines_order_id ON lines (order_id)'),
      down: statements('DROP INDEX ix_lines_order_id ON lines'),
    });
    await migrate('up');
    const before = await newIn([]);
    await live.db.raw('alter table orders nocheck constraint ck_orders_total');
    await live.db.raw('alter table lines nocheck constraint fk_lines_orders');
    await live.db.raw('alter table lines check constraint fk_lines_orders');
    await live.db.raw('alter index ix_lines_order_id on lines disable');
    const found = await newIn(before);
    expect(found.map((one) => one.split(' →')[0])).toEqual([
      matching(/^lines: fk_lines_orders: the constraint is not trusted/),
      matching(/^lines: ix_lines_order_id: the index is disabled/),
      matching(/^orders: ck_orders_total: the constraint is disabled/),
    ]);
    for (const one of found) await live.db.raw(one.split('→ ')[1] ?? '');
    expect(await newIn(before)).toEqual([]);
  });

  it('expects a constraint untrusted that a step adds so, and follows what steps rename', async (context) => {
    await live.skipOnBabelfish(
      context,
      'Only SQL Server itself adds WITH NOCHECK and renames all of these.',
    );
    await migrate('up');
    const before = await newIn([]);
    await live.steps.write(2, 'names', {
      up: statements(
        'ALTER TABLE lines WITH NOCHECK ADD CONSTRAINT ck_lines_id CHECK (id > 0)',
        "EXEC sp_rename 'df_orders_total', 'df_bookings_total', 'OBJECT'",
        "EXEC sp_rename 'orders.id', 'number', 'COLUMN'",
        "EXEC sp_rename 'orders.pk_orders', 'pk_bookings', 'INDEX'",
        "EXEC sp_rename 'orders', 'late'",
      ),
      down: '',
    });
    expect((await migrate('up')).code).toBe(0);
    expect(await newIn(before)).toEqual([]);
  });

  it('notices a right of everybody, and row versioning that is switched off', async (context) => {
    await live.skipOnBabelfish(
      context,
      'Only SQL Server itself tells its rights, and has these settings.',
    );
    await migrate('up');
    const before = await newIn([]);
    await live.db.raw('grant select on dbo.orders to public');
    await live.db.raw('alter database current set allow_snapshot_isolation off');
    try {
      expect((await newIn(before)).map((one) => one.split(' →')[0])).toEqual([
        matching(/^database .*: ALLOW_SNAPSHOT_ISOLATION is off/),
        'right of public: has SELECT ON dbo.orders',
      ]);
    } finally {
      await live.db.raw('alter database current set allow_snapshot_isolation on');
    }
  });
});

describe.runIf(LIVE_URL !== '')('the history on SQL Server', () => {
  it('of before is read without a change, and added to by the next up', async () => {
    await migrate('up');
    for (const column of ['statements', 'statements_checksum']) {
      await live.db.raw('alter table migration_history drop column ??', [column]);
    }
    expect((await migrate('status')).out).toContain('changed');
    await live.steps.write(2, 'late', {
      up: statements(
        "CREATE TABLE late (note varchar(20) NOT NULL CONSTRAINT df_late DEFAULT ('$(x)'))",
      ),
      down: statements('DROP TABLE late'),
    });
    expect((await migrate('repair')).code).toBe(0);
    expect((await migrate('up')).code).toBe(0);
    const rows = await live.db('migration_history').orderBy('id').select('name', 'statements');
    expect(rows.at(-1)).toEqual({
      name: '20300102000000_late.ts',
      statements: containing("DEFAULT ('\\u0024(x)')"),
    });
    expect((await migrate('status', '--json')).out).not.toMatch(/changed|recompiled/);
  });

  it('takes a new name, forgets a file that is gone, and lets a late step in only where that is said', async () => {
    const later = {
      up: statements('CREATE TABLE later (id int)'),
      down: statements('DROP TABLE later'),
    };
    await live.steps.write(3, 'later', later);
    expect((await migrate('up')).code).toBe(0);
    await live.steps.write(2, 'late', {
      up: statements('CREATE TABLE late (id int)'),
      down: statements('DROP TABLE late'),
    });
    expect((await migrate('up')).code).toBe(5);
    expect((await migrate('up', '--out-of-order')).out).toContain(
      'Applied 1: 20300102000000_late.ts',
    );
    await rename(
      join(live.steps.path, '20300103000000_later.ts'),
      join(live.steps.path, '20300103000000_last.ts'),
    );
    expect((await migrate('up')).code).toBe(5);
    expect((await migrate('repair')).out).toContain('20300103000000_last.ts (was');
    await rm(join(live.steps.path, '20300102000000_late.ts'));
    expect((await forget(migrate, '20300102000000_late.ts')).out).toContain(
      '20300102000000_late.ts',
    );
    expect((await migrate('up')).out).toContain('Nothing is pending');
    expect(await live.db('knex_migrations').orderBy('name').pluck('name')).toEqual([
      '20300101000000_orders.ts',
      '20300103000000_last.ts',
    ]);
  });
});
