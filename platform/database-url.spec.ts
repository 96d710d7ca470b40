import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { InvalidDatabaseUrl, insecurityOf, parseDatabaseUrl } from './database-url.ts';

const CA = join(import.meta.dirname, 'testing/tls/ca.pem');

function serverOf(url: string) {
  const address = parseDatabaseUrl(url);
  if (address.kind !== 'mssql') throw new Error('not a server');
  return address;
}

describe('a DATABASE_URL', () => {
  it('names a file or a server, encrypted and checked unless it says otherwise', () => {
    expect(parseDatabaseUrl('sqlite:a/b.db')).toEqual({ kind: 'sqlite', path: 'a/b.db' });
    const { settings, credentials, poolMax } = serverOf('mssql://app:p%40ss%2Fw@db.example/shop');
    expect(credentials).toEqual({ user: 'app', password: 'p@ss/w' });
    expect(settings).toMatchObject({
      host: 'db.example',
      port: 1433,
      database: 'shop',
      encrypt: true,
      trustServerCertificate: false,
    });
    expect(poolMax).toBe(10);
    expect(insecurityOf(settings)).toBeUndefined();
  });

  it('takes options, each checked', () => {
    const { settings, poolMax } = serverOf(
      `mssql://a:b@[::1]:14330/shop?encrypt=strict&ca=${encodeURIComponent(CA)}&requestTimeoutMs=5&poolMax=3`,
    );
    expect(settings).toMatchObject({
      host: '::1',
      port: 14330,
      encrypt: 'strict',
      requestTimeoutMs: 5,
    });
    expect(settings.ca).toContain('BEGIN CERTIFICATE');
    expect(poolMax).toBe(3);
  });

  it.each(['encrypt=false', 'trustServerCertificate=true'])(
    'tells what %s gives away',
    (option) => {
      expect(insecurityOf(serverOf(`mssql://a:b@h/shop?${option}`).settings)).toContain(option);
    },
  );

  it.each([
    ['', /must be sqlite/],
    ['sqlite:', /must be sqlite/],
    ['postgres://host/db', /must be sqlite/],
    ['mssql://sa:hunter2@host', /must be sqlite/],
    ['mssql://host/db', /must be sqlite/],
    ['mssql://sa:hunter2%@host/db', /must be sqlite/],
    ['mssql://sa:hunter2@host:port/db', /must be sqlite/],
    ['mssql://sa:hunter2@host/db?encypt=true', /encypt.*\n.*encrypt: true/s],
    ['mssql://sa:hunter2@host/db?encrypt=maybe', /cannot be read \(encrypt\)/],
    ['mssql://sa:hunter2@host/db?ca=/nowhere.pem', /nowhere\.pem/],
  ])('that is wrong (%s) is refused with what to write, without its password', (url, message) => {
    expect(() => openDatabase(url)).toThrow(InvalidDatabaseUrl);
    expect(() => openDatabase(url)).toThrow(message);
    expect(() => openDatabase(url)).not.toThrow(/hunter2/);
  });

  it('gives a handle that shows its password to nobody who prints it', async () => {
    const db = openDatabase('mssql://sa:hunter2@host/db');
    expect(inspect(db.client, { depth: 8 })).not.toContain('hunter2');
    await db.destroy();
  });
});
