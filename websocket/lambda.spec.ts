import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startDynalite } from './connections/running-dynalite.ts';
import { startEndpoint } from './fanout/running-endpoint.ts';

const dynalite = await startDynalite();

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
  const now = Date.now();
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
      eventTime: new Date().toISOString(),
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
