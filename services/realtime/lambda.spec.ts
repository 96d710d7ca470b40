import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { startDynalite } from '@ordercast/websocket/testing/running-dynamodb.ts';
import { startEndpoint } from '@ordercast/websocket/testing/running-endpoint.ts';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';

const dynalite = await startDynalite();
const pool = await startTestUserPool();
afterAll(() => pool.close());

async function loadLambda(environment: Record<string, string> = {}) {
  const prefix = await dynalite.freshTables();
  const variables = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${dynalite.port}`,
    TABLE_PREFIX: prefix,
    COGNITO_ISSUER: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool',
    COGNITO_CLIENT_ID: 'client',
    ALLOWED_ORIGINS: 'https://shop.example.com',
    LOG_LEVEL: 'silent',
    ...environment,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.resetModules();
  const lambda = await import('./lambda.ts');
  const rowOf = async (connectionId: string): Promise<unknown> => {
    const { Item } = await dynalite.client.send(
      new GetCommand({ TableName: `${prefix}connections`, Key: { connectionId } }),
    );
    return Item;
  };
  return { lambda, rowOf };
}

const CONTEXT = {
  connectionId: 'one',
  domainName: 'live.example.com',
  stage: 'realtime',
  requestId: 'r',
};

function connectEvent() {
  const now = realTimeMs();
  const authorizer = {
    sub: 'ada',
    groups: '[]',
    expiresAt: String(now + 3_600_000),
    issuedAt: String(now),
  };
  return {
    headers: { 'Sec-WebSocket-Protocol': 'ordercast.v1' },
    requestContext: { ...CONTEXT, connectedAt: now, authorizer },
  };
}

it('posts to REALTIME_CALLBACK_ENDPOINT, whatever domain a connection came through', async () => {
  const { endpoint, calls } = await startEndpoint();
  const { lambda, rowOf } = await loadLambda({ REALTIME_CALLBACK_ENDPOINT: endpoint });
  expect(await lambda.connect(connectEvent())).toMatchObject({ statusCode: 200 });
  expect(await rowOf('one')).toMatchObject({ endpoint });

  await lambda.message({ body: '{"action":"ping"}', requestContext: CONTEXT });
  expect(calls.map(({ method }) => method)).toEqual(['POST']);

  // As somebody does who has no event of the connection: by its row.
  await lambda.accessEnded({
    detail: {
      eventSource: 'cognito-idp.amazonaws.com',
      eventName: 'GlobalSignOut',
      eventTime: new Date(realTimeMs()).toISOString(),
      additionalEventData: { sub: 'ada' },
    },
  });
  expect(calls.map(({ method }) => method)).toEqual(['POST', 'POST', 'DELETE']);
  for (const { connectionId } of calls) expect(connectionId).toBe('one');
});

it('posts to the domain and stage of the connection where none is given', async () => {
  const { lambda, rowOf } = await loadLambda();
  expect(await lambda.connect(connectEvent())).toMatchObject({ statusCode: 200 });
  expect(await rowOf('one')).toMatchObject({ endpoint: 'https://live.example.com/realtime' });
});

it('lets the pages of ALLOWED_ORIGINS in, however those are written', async () => {
  const { lambda } = await loadLambda({
    COGNITO_ISSUER: pool.issuer,
    COGNITO_CLIENT_ID: pool.clientId,
    ALLOWED_ORIGINS: 'https://Shop.example.com:443/,http://localhost:80',
  });
  const effectFor = async (Origin: string) => {
    const offers = `ordercast.v1, bearer.${pool.token('ada')}`;
    const headers = { Origin, 'Sec-WebSocket-Protocol': offers };
    const policy = await lambda.authorizer({ methodArn: 'arn', headers });
    return policy.policyDocument.Statement.map(({ Effect }) => Effect);
  };
  expect(await effectFor('https://shop.example.com')).toEqual(['Allow']);
  expect(await effectFor('http://localhost')).toEqual(['Allow']);
  expect(await effectFor('http://localhost:8080')).toEqual(['Deny']);
  expect(await effectFor('http://shop.example.com')).toEqual(['Deny']);
});
