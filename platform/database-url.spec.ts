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

  it.each([
    ['mssql://a:b@h,14330/shop', { host: 'h', port: 14330, instance: undefined }],
    ['mssql://a:b@h\\SHOP/shop', { host: 'h', instance: 'SHOP' }],
    ['mssql://a:b@h%5CSHOP/shop?poolMax=1', { host: 'h', instance: 'SHOP' }],
    ['mssql://a:b@[::1],14330/shop', { host: '::1', port: 14330 }],
    ['mssql://a:b,1@10.0.0.7/shop', { host: '10.0.0.7', port: 1433 }],
    ['mssql://CORP%5Ca:b@h\\SHOP/shop', { instance: 'SHOP' }, 'CORP\\a'],
    [
      'mssql://a:b@h/shop?domain=CORP&multiSubnetFailover=true',
      { domain: 'CORP', multiSubnetFailover: true },
    ],
  ])('may be written as SQL Server is used to: %s', (url, settings, user = 'a') => {
    const server = serverOf(url);
    expect(server.settings).toMatchObject({ database: 'shop', ...settings });
    expect(server.credentials.user).toBe(user);
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
    ['mssql://sa:hunter2@host\\/db', /host\\INSTANCE/],
    ['mssql://sa:hunter2@host\\SHOP,1433/db', /an instance and a port: leave one out/],
    ['mssql://sa:hunter2@host\\SHOP:1433/db', /an instance and a port: leave one out/],
    ['mssql://sa:hunter2@host,port/db', /must be sqlite/],
    ['mssql://CORP\\sa:hunter2@host/db?domain=CORP', /names the domain twice/],
    ['mssql://sa:hunter2@host/db?domain=', /cannot be read \(domain\)/],
    ['mssql://sa:hunter2@host/db?multiSubnetFailover=1', /cannot be read \(multiSubnetFailover\)/],
    ['mssql://sa:hunter2@host/db?encrypt=strict&trustServerCertificate=true', /always checked/],
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
