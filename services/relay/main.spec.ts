import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';

const RELAY = join(import.meta.dirname, 'main.ts');

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

describe('the relay as a process of its own', () => {
  it('leads, cleans up, and on SIGTERM gives the lead away and ends well', async () => {
    const longAgo = new Date(0);
    await database.db('idempotency_keys').insert({
      subject: 'ada',
      route: 'POST /orders',
      key_hash: 'h',
      request_hash: 'r',
      status: 201,
      body: '{}',
      created_at: longAgo,
      expires_at: longAgo,
    });
    const relay = startChild(RELAY, {
      DATABASE_URL: database.url,
      DYNAMODB_ENDPOINT: 'http://127.0.0.1:1',
      COGNITO_ISSUER: 'http://127.0.0.1:1/us-east-1_ordercast',
      COGNITO_CLIENT_ID: 'client',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    await Promise.all([relay.lineWith('"leading"'), relay.lineWith('cleaned up')]);
    expect(await database.db('idempotency_keys').pluck('key_hash')).toEqual([]);
    relay.kill('SIGTERM');
    expect(await relay.ended).toEqual({ code: 0, signal: null });
    expect(await database.db('leases').pluck('expires_at')).toEqual([0]);
  });

  it('says which settings are missing', async () => {
    const relay = startChild(RELAY, {});
    expect((await relay.ended).code).toBe(1);
    const said = relay.lines.join('\n');
    expect(said).toContain('COGNITO_ISSUER: is not set');
    expect(said).toContain('AWS_REGION: is not set');
  });

  it('refuses channels for the broadcast queue that there are not', async () => {
    const relay = startChild(RELAY, { BROADCAST_CHANNELS: 'anouncements,orders' });
    expect((await relay.ended).code).toBe(1);
    expect(relay.lines.join('\n')).toMatch(/BROADCAST_CHANNELS: .*"announcements"/);
  });
});
