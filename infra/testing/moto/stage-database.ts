import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { parseDatabaseUrl } from '@ordercast/platform/database-url.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import type { Knex } from 'knex';
import { changeSecret, readSecret } from './deployed-secret.ts';
import type { StageOptions } from './running-stage.ts';

/** What stands in for the database on RDS. */
export interface StageDatabase extends Pick<
  StageOptions,
  'databaseUrl' | 'caFile' | 'beforeServices'
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

/**
 * A server that speaks TDS with TLS, by `mssql://…?ca=<file>`: the secrets as they are deployed, but for its address and the
 * master login, name it; the tasks `bootstrap` and `migrate` make what the services need.
 */
export async function serverDatabase(url: string): Promise<StageDatabase> {
  const address = parseDatabaseUrl(url);
  const caFile = new URL(url).searchParams.get('ca');
  if (address.kind !== 'mssql' || caFile === null) throw new Error('Name a server with ca=<file>.');
  const { settings, credentials } = address;
  const giveBack = await takeTurn(url);
  const wire = await startWire(settings.host, settings.port);
  return {
    databaseUrl: () => undefined,
    caFile,
    beforeServices: async ({ runTask, account, resources }) => {
      const place = { host: '127.0.0.1', port: wire.port };
      const secrets = resources.filter(({ type }) => type === 'AWS::SecretsManager::Secret');
      for (const { ref } of secrets) {
        const secret = await readSecret(account, ref);
        if (!('username' in secret)) continue;
        const master = { username: credentials.user, password: credentials.password };
        const changes = 'masterarn' in secret ? place : { ...place, ...master };
        await changeSecret(account, ref, changes);
      }
      await runTask('ordercast-dev-bootstrap');
      await runTask('ordercast-dev-migrate', ['up']);
      const own = new URL(url);
      own.pathname = '/ordercast';
      const db = openDatabase(own.href);
      await addProduct(db);
      await db.destroy();
    },
    cut: wire.cut,
    close: async () => {
      await wire.close();
      await giveBack();
    },
  };
}

async function addProduct(db: Knex): Promise<void> {
  await db('products').insert({ ...PRODUCT, created_at: new Date('2026-11-28T00:00:00.000Z') });
}

/** A wire to a server that can be cut. */
async function startWire(host: string, port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: portOf(server),
    cut,
    close: async () => {
      cut();
      await new Promise((closed) => server.close(closed));
    },
  };
}
