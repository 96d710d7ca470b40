import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import { SQLSERVER_URL } from '@ordercast/platform/testing/sql-server.ts';
import { openTestServer } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';

const RELAY = join(import.meta.dirname, 'main.ts');

let database: TestDatabase;
let relays: Child[];
beforeEach(async () => {
  if (SQLSERVER_URL === undefined) return;
  relays = [];
  database = await openTestServer();
});
afterEach(async () => {
  if (SQLSERVER_URL === undefined) return;
  for (const relay of relays) relay.kill('SIGKILL');
  await Promise.all(relays.map(({ ended }) => ended));
  await database.close();
});

function startRelay(): Child {
  const relay = startChild(RELAY, {
    DATABASE_URL: database.url,
    DYNAMODB_ENDPOINT: 'http://127.0.0.1:1',
    COGNITO_ISSUER: 'http://127.0.0.1:1/us-east-1_ordercast',
    COGNITO_CLIENT_ID: 'client',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  relays.push(relay);
  return relay;
}

describe.runIf(SQLSERVER_URL !== undefined)('relays on SQL Server', () => {
  it('lead one at a time, and the next one leads when the first is killed', async () => {
    const first = startRelay();
    await first.lineWith('"leading"');
    const second = startRelay();
    first.kill('SIGKILL');
    await second.lineWith('"leading"');
    expect(first.lines.filter((line) => line.includes('"leading"'))).toHaveLength(1);
    second.kill('SIGTERM');
    expect(await second.ended).toEqual({ code: 0, signal: null });
  });
});
