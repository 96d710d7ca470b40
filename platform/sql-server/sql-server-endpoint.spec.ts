import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from 'tedious';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../database.ts';
import { databaseErrorKind } from '../database-error.ts';
import { parseDatabaseUrl } from '../database-url.ts';
import { startTdsServer } from '../testing/tds/tds-server.ts';
import type { TdsServerOptions } from '../testing/tds/tds-server.ts';
import { ServerLogin } from './server-login.ts';
import { SqlServerEndpoint } from './sql-server-endpoint.ts';

const TLS_FOLDER = join(import.meta.dirname, '../testing/tls');
const CA = encodeURIComponent(join(TLS_FOLDER, 'ca.pem'));
const TLS = {
  key: readFileSync(join(TLS_FOLDER, 'server.key'), 'utf8'),
  cert: readFileSync(join(TLS_FOLDER, 'server.pem'), 'utf8'),
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What tedious is given, after it has looked at it. */
function configOf(url: string) {
  const address = parseDatabaseUrl(url);
  if (address.kind !== 'mssql') throw new Error('not a server');
  const { settings, credentials } = address;
  const endpoint = new SqlServerEndpoint(settings, new ServerLogin(credentials));
  const config = endpoint.connectionConfig(credentials);
  expect(() => new Connection(config)).not.toThrow();
  return config;
}

async function start(options: TdsServerOptions) {
  const server = await startTdsServer(options);
  closing.push(() => server.close());
  return server;
}

/** The answer to a first statement, or the error. */
async function ask(url: string): Promise<unknown> {
  const db = openDatabase(url, { poolMax: 1 });
  closing.push(() => db.destroy());
  return db.raw('select 1').then(
    (rows: unknown) => rows,
    (error: unknown) => error,
  );
}

describe('what tedious is told', () => {
  it('is a port, or an instance instead of it', () => {
    expect(configOf('mssql://a:b@h,14330/shop').options).toMatchObject({ port: 14330 });
    const { options } = configOf('mssql://a:b@h\\SHOP/shop');
    expect(options).toMatchObject({ instanceName: 'SHOP' });
    expect(options).not.toHaveProperty('port');
  });

  it('is whether all addresses are tried at once', () => {
    expect(configOf('mssql://a:b@h/shop').options).toMatchObject({ multiSubnetFailover: false });
    expect(configOf('mssql://a:b@h/shop?multiSubnetFailover=true').options).toMatchObject({
      multiSubnetFailover: true,
    });
  });

  it('is a login of SQL Server, or an account of a Windows domain', () => {
    expect(configOf('mssql://a:b@h/shop').authentication).toEqual({
      type: 'default',
      options: { userName: 'a', password: 'b' },
    });
    for (const url of [
      'mssql://CORP\\a:b@h/shop',
      'mssql://CORP%5Ca:b@h/shop',
      'mssql://a:b@h/shop?domain=CORP',
    ]) {
      expect(configOf(url).authentication).toEqual({
        type: 'ntlm',
        options: { userName: 'a', password: 'b', domain: 'CORP' },
      });
    }
  });
});

describe('encrypt=strict', () => {
  it('speaks TLS before all else, with a server that knows TDS 8.0', async () => {
    const server = await start({ tls: TLS, isStrict: true });
    const url = `mssql://app:hunter2@localhost:${server.port}/shop?encrypt=strict`;
    expect(await ask(`${url}&ca=${CA}`)).toEqual([]);
    expect(server.logins).toMatchObject([{ user: 'app', password: 'hunter2', database: 'shop' }]);
    expect(databaseErrorKind(await ask(url))).toBe('untrusted-certificate');
    expect(server.logins).toHaveLength(1);
  });

  it.each([{}, { tls: TLS }])('says so where a server does not know it', async (options) => {
    const server = await start(options);
    const error = await ask(
      `mssql://app:hunter2@localhost:${server.port}/shop?encrypt=strict&ca=${CA}`,
    );
    expect(databaseErrorKind(error)).toBe('no-strict-encryption');
    expect(server.logins).toEqual([]);
  });

  it('is not blamed where nobody listens', async () => {
    const error = await ask('mssql://app:hunter2@127.0.0.1:1/shop?encrypt=strict');
    expect(databaseErrorKind(error)).toBe('unreachable');
  });
});

/** Only Linux has all of 127.0.0.0/8; the port of SQL Server Browser is fixed, so each process takes an address of its own. */
describe.runIf(process.platform === 'linux')('a named instance', () => {
  const HOST = `127.9.${(process.pid >> 8) & 255}.${1 + (process.pid & 127)}`;

  /** SQL Server Browser ([MC-SQLR] 2.2.5): it tells of one instance and its port. */
  async function startBrowser(instance: string, port: number): Promise<void> {
    const socket = createSocket('udp4');
    socket.on('message', (_message, from) => {
      const text = `ServerName;VM;InstanceName;${instance};IsClustered;No;Version;16.0.1000.6;tcp;${port};;`;
      const length = Buffer.alloc(2);
      length.writeUInt16LE(text.length);
      socket.send(Buffer.concat([Buffer.from([5]), length, Buffer.from(text)]), from.port, HOST);
    });
    socket.bind(1434, HOST);
    await once(socket, 'listening');
    closing.push(() => new Promise<void>((resolve) => socket.close(resolve)));
  }

  it('is reached at the port that SQL Server Browser tells', async () => {
    const server = await start({ host: HOST });
    await startBrowser('SHOP', server.port);
    expect(await ask(`mssql://app:hunter2@${HOST}\\shop/orders?encrypt=false`)).toEqual([]);
    expect(server.logins).toMatchObject([{ database: 'orders' }]);
  });

  it('is told of as not found where Browser knows another, or does not answer', async () => {
    const url = `mssql://app:hunter2@${HOST}\\SHOP/orders?encrypt=false&connectTimeoutMs=200`;
    expect(databaseErrorKind(await ask(url))).toBe('no-instance');
    await startBrowser('OTHER', 1433);
    const error = await ask(url.replace('200', '20000'));
    expect(databaseErrorKind(error)).toBe('no-instance');
    expect(String(error)).toContain(`The instance SHOP of ${HOST} was not found`);
    expect(String(error)).not.toContain('hunter2');
  });
});
