import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { startDynalite } from '@ordercast/websocket/testing/running-dynamodb.ts';
import { startEndpoint } from '@ordercast/websocket/testing/running-endpoint.ts';
import { bundledFunction } from './testing/bundled-function.ts';
import { importAlone } from './testing/invoked-bundle.ts';

/** Measured: 1.8, 0.07 and 4.5 (docs/adr/0017-lambda-bundles.md). */
const LIMITS_MB = { code: 2.5, map: 0.2, all: 6 };
/** Measured: 0.51 to 0.56, with the source map. */
const MAX_IMPORT_RATIO = 0.8;

const dynalite = await startDynalite();
const pool = await startTestUserPool();
afterAll(() => pool.close());
const bundle = bundledFunction('realtime');

const variables = (more: Record<string, string> = {}) => ({
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'any',
  COGNITO_ISSUER: pool.issuer,
  COGNITO_CLIENT_ID: pool.clientId,
  ALLOWED_ORIGINS: 'https://shop.example.com',
  LOG_LEVEL: 'silent',
  NODE_OPTIONS: '--enable-source-maps',
  ...more,
});

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function running() {
  const prefix = await dynalite.freshTables();
  const { endpoint, calls } = await startEndpoint();
  const { handlers, invoke } = await importAlone(
    bundle.module(),
    variables({
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${dynalite.port}`,
      TABLE_PREFIX: prefix,
      REALTIME_CALLBACK_ENDPOINT: endpoint,
    }),
  );
  const rowOf = async (connectionId: string): Promise<unknown> => {
    const { Item } = await dynalite.client.send(
      new GetCommand({ TableName: `${prefix}connections`, Key: { connectionId } }),
    );
    return Item;
  };
  return { handlers, invoke, calls, rowOf };
}

function eventOf(connectionId: string, expiresInMs = 3_600_000) {
  const now = realTimeMs();
  const authorizer = {
    sub: 'ada',
    groups: '[]',
    expiresAt: String(now + expiresInMs),
    issuedAt: String(now),
  };
  const context = {
    connectionId,
    domainName: 'live.example.com',
    stage: 'realtime',
    requestId: 'r',
  };
  return {
    headers: { 'Sec-WebSocket-Protocol': 'ordercast.v1' },
    requestContext: { ...context, connectedAt: now, authorizer },
  };
}

describe('the bundle of the WebSocket handlers, away from this repository,', () => {
  it('answers every event that it is deployed for', async () => {
    const { handlers, invoke, calls, rowOf } = await running();
    expect(handlers).toEqual([
      'accessEnded',
      'authorizer',
      'broadcast',
      'connect',
      'disconnect',
      'message',
      'reaper',
    ]);
    const offers = `ordercast.v1, bearer.${pool.token('ada')}`;
    const policy = await invoke('authorizer', {
      methodArn: 'arn',
      headers: { Origin: 'https://shop.example.com', 'Sec-WebSocket-Protocol': offers },
    });
    expect(policy).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Allow' }] } });

    expect(await invoke('connect', eventOf('one'))).toMatchObject({ statusCode: 200 });
    expect(await rowOf('one')).toBeDefined();
    await invoke('message', { ...eventOf('one'), body: '{"action":"ping"}' });
    expect(calls).toMatchObject([{ method: 'POST', connectionId: 'one' }]);
    await invoke('disconnect', eventOf('one'));
    expect(await rowOf('one')).toBeUndefined();

    await invoke('connect', eventOf('two'));
    await invoke('accessEnded', {
      detail: {
        eventSource: 'cognito-idp.amazonaws.com',
        eventName: 'GlobalSignOut',
        eventTime: new Date(realTimeMs()).toISOString(),
        additionalEventData: { sub: 'ada' },
      },
    });
    expect(calls.at(-1)).toMatchObject({ method: 'DELETE', connectionId: 'two' });
    expect(await invoke('reaper')).toBe(0);
    expect(await invoke('broadcast', { Records: [] })).toEqual({ batchItemFailures: [] });
  });

  it('names our own files and lines where it fails', async () => {
    const wrong = variables({ COGNITO_ISSUER: '' });
    await expect(importAlone(bundle.module(), wrong)).rejects.toThrow(
      /COGNITO_ISSUER[^]*platform\/read-config\.ts:\d+/,
    );
  });

  it('has the same bytes each time, wherever it is made', async () => {
    const again = await bundle.again();
    const files = await filesOf(bundle.folder());
    expect(await filesOf(again)).toEqual(files);
    for (const file of files) {
      const [first, second] = await Promise.all(
        [bundle.folder(), again].map((at) => readFile(join(at, file))),
      );
      expect(first?.equals(second ?? Buffer.of()), file).toBe(true);
    }
  });

  it('is small', async () => {
    const files = await filesOf(bundle.folder());
    const mb = async (paths: string[]) => {
      const sizes = await Promise.all(
        paths.map(async (path) => (await stat(join(bundle.folder(), path))).size),
      );
      return sizes.reduce((sum, size) => sum + size, 0) / 1e6;
    };
    expect(await mb(['lambda.mjs'])).toBeLessThan(LIMITS_MB.code);
    expect(await mb(['lambda.mjs.map'])).toBeLessThan(LIMITS_MB.map);
    expect(await mb(files)).toBeLessThan(LIMITS_MB.all);
  });

  it('is imported for less CPU than the sources that it is made of', async () => {
    const least = { bundled: Infinity, sources: Infinity };
    // In turn, so that what else this machine does weighs on both; it can only add to what is needed.
    for (let run = 0; run < 7; run += 1) {
      const [bundled, sources] = [
        await importAlone(bundle.module(), variables()),
        await importAlone(bundle.entry, variables()),
      ];
      least.bundled = Math.min(least.bundled, bundled.cpuMs);
      least.sources = Math.min(least.sources, sources.cpuMs);
    }
    expect(least.bundled / least.sources).toBeLessThan(MAX_IMPORT_RATIO);
  });
});
