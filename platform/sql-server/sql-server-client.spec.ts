import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { afterEach, describe, expect, it } from 'vitest';
import { startTdsServer } from '../testing/tds/tds-server.ts';
import type { Answer, TdsServer, TdsServerOptions } from '../testing/tds/tds-server.ts';
import { openDatabase } from '../database.ts';
import type { ConnectionOptions } from '../database.ts';
import { databaseErrorKind } from '../database-error.ts';
import { inTransaction } from '../transaction.ts';
import { TransactionAborted } from '../transaction-aborted.ts';
import { CommitOutcomeUnknown } from './sql-server-transaction.ts';

const TLS_FOLDER = join(import.meta.dirname, '../testing/tls');
const CA = join(TLS_FOLDER, 'ca.pem');
const TLS = {
  key: readFileSync(join(TLS_FOLDER, 'server.key'), 'utf8'),
  cert: readFileSync(join(TLS_FOLDER, 'server.pem'), 'utf8'),
};
const PASSWORD = 'hunter2-s3cret';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: TdsServerOptions = {}): Promise<TdsServer> {
  const server = await startTdsServer(options);
  closing.push(() => server.close());
  return server;
}

function connect(server: TdsServer, query = 'encrypt=false', options?: ConnectionOptions): Knex {
  const url = `mssql://app:${PASSWORD}@127.0.0.1:${server.port}/shop?${query}`;
  const db = openDatabase(url, options);
  closing.push(() => db.destroy());
  return db;
}

/** Answers by what the text holds; everything else succeeds. */
function by(answers: Readonly<Record<string, Answer>>): TdsServerOptions['answer'] {
  return ({ sql, kind }) => {
    const found = Object.entries(answers).find(([text]) => sql.includes(text) || kind === text);
    return found?.[1] ?? {};
  };
}

const asked = (server: TdsServer) => server.requests.map(({ kind, sql }) => sql || kind);
const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the SQL Server client, in a transaction', () => {
  it('runs parallel statements on their own connection, in the order in which they were given', async () => {
    // Nothing is answered before all three transactions have begun.
    const allBegun = Promise.withResolvers<Answer>();
    let firsts = 0;
    const server = await start({
      answer: ({ sql }) => {
        if (sql.includes('1') && (firsts += 1) === 3) allBegun.resolve({});
        return sql.includes('1') ? allBegun.promise : {};
      },
    });
    const db = connect(server);
    const work = (name: string) =>
      db.transaction(async (trx) => {
        await Promise.all([1, 2, 3].map((number) => trx.raw(`exec ${name}${number}`)));
      });
    await Promise.all(['a', 'b', 'c'].map(work));
    for (const name of ['a', 'b', 'c']) {
      const { session } = server.requests.find(({ sql }) => sql.includes(`${name}1`)) ?? {};
      const own = server.requests.filter((request) => request.session === session);
      const from = own.findIndex(({ sql }) => sql.includes(`${name}1`)) - 1;
      expect(own.slice(from, from + 5).map(({ kind, sql }) => sql || kind)).toEqual([
        'begin',
        `exec ${name}1`,
        `exec ${name}2`,
        `exec ${name}3`,
        'commit',
      ]);
    }
  });

  it('lets nothing reach the server after a statement has failed, and rolls back once', async () => {
    const server = await start({
      answer: by({ second: { error: { number: 547, message: 'no' } } }),
    });
    const db = connect(server, 'encrypt=false&poolMax=1');
    const outcomes: unknown[] = [];
    const error = await failure(
      db.transaction(async (trx) => {
        const statements = ['first', 'second', 'third'].map((name) => trx.raw(`exec ${name}`));
        outcomes.push(...(await Promise.allSettled(statements)));
        await trx.raw('exec fourth');
      }),
    );
    expect(error).toBeInstanceOf(TransactionAborted);
    expect(error).toHaveProperty('cause.number', 547);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { number: 547 } },
      { status: 'rejected', reason: { name: 'TransactionAborted' } },
    ]);
    expect(asked(server)).toEqual(['begin', 'exec first', 'exec second', 'rollback']);
    await db.raw('exec fifth');
    expect(asked(server).at(-1)).toBe('exec fifth');
  });

  it('sends nothing in autocommit where the server has rolled back by itself', async () => {
    const server = await start({
      answer: by({ second: { error: { number: 1205, message: 'victim' }, endsTransaction: true } }),
    });
    const db = connect(server, 'encrypt=false&poolMax=1');
    await failure(
      db.transaction(async (trx) => {
        await Promise.all([trx.raw('exec second'), trx.raw('insert third')]);
      }),
    );
    expect(asked(server)).toEqual(['begin', 'exec second']);
  });

  it('does not commit what somebody failed to notice', async () => {
    const server = await start({
      answer: by({ second: { error: { number: 547, message: 'no' } } }),
    });
    const db = connect(server);
    const error = await failure(
      db.transaction(async (trx) => {
        await trx.raw('exec second').catch(() => undefined);
        return 'well done';
      }),
    );
    expect(error).toBeInstanceOf(TransactionAborted);
    expect(asked(server)).toEqual(['begin', 'exec second', 'rollback']);
  });

  it('is done again as a whole after a deadlock, and after nothing else', async () => {
    let victims = 2;
    const server = await start({
      answer: ({ sql }): Answer => {
        if (sql.includes('twice')) return { error: { number: 2627, message: 'duplicate' } };
        if (!sql.includes('update') || victims === 0) return {};
        victims -= 1;
        return { error: { number: 1205, message: 'victim' }, endsTransaction: true };
      },
    });
    const db = connect(server);
    let runs = 0;
    const result = await inTransaction(db, async (trx) => {
      runs += 1;
      await trx.raw('insert a');
      await trx.raw('update b');
      return runs;
    });
    expect(result).toBe(3);
    expect(asked(server).filter((one) => one === 'insert a')).toHaveLength(3);
    expect(asked(server).filter((one) => one === 'commit')).toHaveLength(1);
    const error = await failure(inTransaction(db, (trx) => trx.raw('insert twice')));
    expect(error).toHaveProperty('number', 2627);
    expect(asked(server).filter((one) => one === 'insert twice')).toHaveLength(1);
  });

  it('gives up after five deadlocks with the error that the server gave', async () => {
    const server = await start({
      answer: by({ update: { error: { number: 1205, message: 'victim' }, endsTransaction: true } }),
    });
    const error = await failure(inTransaction(connect(server), (trx) => trx.raw('update b')));
    expect(databaseErrorKind(error)).toBe('deadlock');
    expect(asked(server).filter((one) => one === 'update b')).toHaveLength(5);
  });

  it('is never done again where its commit may have happened', async () => {
    const server = await start({ answer: by({ commit: 'drop' }) });
    const error = await failure(inTransaction(connect(server), (trx) => trx.raw('insert a')));
    expect(error).toBeInstanceOf(CommitOutcomeUnknown);
    expect(asked(server)).toEqual(['begin', 'insert a', 'commit']);
  });

  it('is done again where the connection broke before the commit', async () => {
    let breaks = 1;
    const server = await start({
      answer: ({ sql }) => {
        if (!sql.includes('insert') || breaks === 0) return {};
        breaks -= 1;
        return 'drop';
      },
    });
    await inTransaction(connect(server), (trx) => trx.raw('insert a'));
    expect(asked(server)).toEqual(['begin', 'insert a', 'begin', 'insert a', 'commit']);
  });
});

describe('the SQL Server client, as to values', () => {
  it('declares a few fixed types, whatever the values are', async () => {
    const server = await start();
    const db = connect(server);
    const at = new Date('2026-11-25T12:34:56.789Z');
    const values = ['x', 'y'.repeat(65), 'z'.repeat(8_001), 'ü🍏', 'ü'.repeat(4_001)];
    await db.raw('exec p ?, ?, ?, ?, ?', values);
    await db.raw('exec p ?, ?, ?, ?, ?, ?', [
      7,
      9_007_199_254_740_991,
      at,
      true,
      null,
      Buffer.from('a'),
    ]);
    expect(server.requests.map(({ declaration }) => declaration)).toEqual([
      '@p0 varchar(64), @p1 varchar(8000), @p2 varchar(max), @p3 nvarchar(4000), @p4 nvarchar(max)',
      '@p0 bigint, @p1 bigint, @p2 datetime2(3), @p3 bit, @p4 varchar(64), @p5 varbinary(max)',
    ]);
    expect(server.requests[0]?.values).toEqual(values);
    expect(server.requests[1]?.values.slice(0, 5)).toEqual([
      7n,
      9_007_199_254_740_991n,
      at.toISOString(),
      true,
      null,
    ]);
  });

  it('refuses what has no exact counterpart, before anything is sent', async () => {
    const server = await start();
    const db = connect(server);
    for (const value of [2 ** 53, NaN, new Date(NaN)]) {
      expect(await failure(db.raw('exec p ?', [value]))).toHaveProperty('name', 'UnbindableValue');
    }
    expect(server.requests).toEqual([]);
    await db.raw('select 1');
  });

  it('counts changed rows from a column with a name', async () => {
    const server = await start({
      answer: by({ 'select @@rowcount as [row_count]': { rows: [{ row_count: 3 }] } }),
    });
    const db = connect(server);
    expect(await db('orders').where({ id: 'x' }).update({ version: 2 })).toBe(3);
    expect(await db('orders').where({ id: 'x' }).del()).toBe(3);
  });

  it('gives rows, the first row and columns as knex does, to the millisecond and the last unit', async () => {
    const row = {
      id: 'ü🍏',
      total: 9_007_199_254_740_991n,
      at: new Date(1_700_000_000_789),
      open: true,
      note: null,
    };
    const server = await start({
      answer: by({ select: { rows: [row, { ...row, note: null, open: false }] } }),
    });
    const db = connect(server);
    const rows: unknown = await db('orders').select();
    expect(rows).toEqual([
      { ...row, total: '9007199254740991' },
      { ...row, total: '9007199254740991', open: false },
    ]);
    expect(await db('orders').first('id')).toMatchObject({ id: 'ü🍏' });
    expect(await db('orders').pluck('open')).toEqual([true, false]);
  });

  it('keeps values and the password out of its errors', async () => {
    const server = await start({
      answer: by({ insert: { error: { number: 547, message: 'no' } } }),
    });
    const error = await failure(connect(server)('people').insert({ email: 'ada@example.com' }));
    expect(String(error)).toContain('no');
    expect(JSON.stringify(error) + String(error)).not.toMatch(/ada@example|hunter2/);
  });

  it('offers no stream, which would fill the memory', async () => {
    const server = await start();
    const rows = connect(server)('orders').select().stream();
    await expect(rows.toArray()).rejects.toThrow(/page by page/);
  });
});

describe('the SQL Server client, as to connections', () => {
  it('encrypts and checks the certificate unless it is told otherwise', async () => {
    const server = await start({ tls: TLS });
    const kindOf = async (options: string) =>
      databaseErrorKind(await failure(connect(server, options).raw('select 1')));
    expect(await kindOf('')).toBe('untrusted-certificate');
    expect(server.logins).toEqual([]);
    await connect(server, `ca=${encodeURIComponent(CA)}`).raw('select 1');
    await connect(server, 'trustServerCertificate=true').raw('select 1');
    expect(server.logins).toHaveLength(2);
    expect(server.logins[0]).toMatchObject({ user: 'app', password: PASSWORD, database: 'shop' });
  });

  it('does not fall back to plain text where the server cannot encrypt', async () => {
    const server = await start();
    const error = await failure(connect(server, '').raw('select 1'));
    expect(databaseErrorKind(error)).toBe('no-encryption');
    expect(server.logins).toEqual([]);
  });

  it('ends a statement that takes too long, and uses the connection again', async () => {
    const server = await start({ answer: by({ slow: 'hang' }) });
    const db = connect(server, 'encrypt=false&requestTimeoutMs=100&poolMax=1');
    expect(databaseErrorKind(await failure(db.raw('exec slow')))).toBe('timeout');
    await db.raw('select 1');
    expect(server.logins).toHaveLength(1);
  });

  it('cancels a statement that nobody waits for any more', async () => {
    const server = await start({ answer: by({ slow: 'hang' }) });
    const db = connect(server, 'encrypt=false&poolMax=1');
    const error = await failure(db.raw('exec slow').timeout(50, { cancel: true }));
    expect(error).toHaveProperty('name', 'KnexTimeoutError');
    await db.raw('select 1');
    expect(server.logins).toHaveLength(1);
  });

  it('works again after the server was restarted under it', async () => {
    // Nothing is answered before all three have a connection, so that none is still being made afterwards.
    const allAsked = Promise.withResolvers<Answer>();
    let count = 0;
    const server = await start({
      answer: () => {
        if ((count += 1) === 3) allAsked.resolve({});
        return count <= 3 ? allAsked.promise : {};
      },
    });
    const db = connect(server);
    await Promise.all([db.raw('select 1'), db.raw('select 2'), db.raw('select 3')]);
    await server.stop();
    expect(databaseErrorKind(await failure(db.raw('select 4')))).toMatch(
      /unreachable|connection-lost/,
    );
    await server.start();
    await db.raw('select 5');
    expect(asked(server).at(-1)).toBe('select 5');
  });

  it('finishes what is under way before it closes', async () => {
    const asking = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<Answer>();
    const server = await start({
      answer: () => {
        asking.resolve(undefined);
        return answer.promise;
      },
    });
    const db = connect(server);
    const running = db.raw('select 1');
    const result = running.then((rows: unknown) => rows);
    await asking.promise;
    const closed = db.destroy();
    answer.resolve({ rows: [{ one: 1 }] });
    expect(await result).toEqual([{ one: 1 }]);
    await closed;
  });
});
