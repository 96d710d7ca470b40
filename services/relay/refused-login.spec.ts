import { setImmediate as nextTurn } from 'node:timers/promises';
import { DATABASE_VARIABLES, configuredDatabase } from '@ordercast/platform/configured-database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { rdsSecret, startSecretServer } from '@ordercast/platform/testing/secret-server.ts';
import type { SecretServer } from '@ordercast/platform/testing/secret-server.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { TdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createRecordingPublisher } from '../testing/recording-publisher.ts';
import { relayLeadership } from './leadership/relay-leadership.ts';
import { startRelay } from './relay.ts';

const HOUR_MS = 3_600_000;

let secrets: SecretServer;
let server: TdsServer;
beforeEach(async () => {
  secrets = await startSecretServer();
  server = await startTdsServer({ login: () => ({ number: 18456, message: 'Login failed.' }) });
  secrets.secret = rdsSecret(server.port, 'refused');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await secrets.close();
});

describe('a relay whose login is refused for an hour', () => {
  it('makes at most 29 logins and 30 reads of the secret, while its probes go on as well', async () => {
    const waits = new ManualWaits();
    let now = 0;
    const random = seededRandom(1);
    const variables = z.object(DATABASE_VARIABLES).parse({ DATABASE_SECRET_ID: 'ordercast/app' });
    const source = await configuredDatabase(variables, () => undefined, {
      clock: () => now,
      random,
    });
    // The scripted server cannot encrypt.
    const open = (options?: object): Knex => source.open({ ...options, encrypt: false });
    const database = open();
    const lead = relayLeadership({ database, open, clock: () => now });
    const relay = startRelay({
      database,
      publish: createRecordingPublisher().publish,
      leadership: lead.leadership,
      clock: () => now,
      random,
      log: createLogger('relay', { level: 'silent' }),
      wait: waits.wait,
    });
    let tries = 0;
    while (now < HOUR_MS) {
      while (waits.pendingMs.length === 0) await nextTurn();
      const error: unknown = await database.raw('select 1').catch((reason: unknown) => reason);
      expect(error).toHaveProperty('number', 18456);
      now += Math.min(...waits.pendingMs);
      waits.ring();
      tries += 1;
    }
    await waits.ringUntil(relay.stop());
    await lead.close();
    await database.destroy();
    source.close();
    expect(tries).toBeGreaterThan(100);
    expect(server.logins.length).toBeGreaterThan(10);
    expect(server.logins.length).toBeLessThanOrEqual(29);
    expect(secrets.reads).toBeLessThanOrEqual(30);
  });
});
