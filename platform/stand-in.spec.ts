import { once } from 'node:events';
import { createServer } from 'node:http';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { standIn } from './stand-in.ts';
import { portOf } from './testing/port-of.ts';

const ENDPOINT = 'http://127.0.0.1:4566';

/** Each of them changes a client that does not say what it wants; some make it throw. */
const HOSTILE = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'of a real account',
  AWS_SECRET_ACCESS_KEY: 'of a real account',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required',
  AWS_ENABLE_ENDPOINT_DISCOVERY: 'true',
  AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a',
  AWS_RETRY_MODE: 'adaptive',
  AWS_MAX_ATTEMPTS: 'many',
  AWS_DEFAULTS_MODE: 'mobile',
  AWS_SDK_UA_APP_ID: 'of somebody else',
};

beforeEach(() => {
  for (const [name, value] of Object.entries(HOSTILE)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const valueOf = <Value>(setting: Value | (() => Promise<Value>)) =>
  setting instanceof Function ? setting() : setting;

async function resolved({
  config,
}: CognitoIdentityProviderClient | DynamoDBClient | SQSClient): Promise<typeof SAID> {
  const { hostname, port } = (await config.endpoint?.()) ?? {};
  return {
    endpoint: `${hostname ?? ''}:${port ?? ''}`,
    region: await config.region(),
    accessKeyId: (await config.credentials()).accessKeyId,
    fips: await config.useFipsEndpoint(),
    dualstack: await config.useDualstackEndpoint(),
    mode: await valueOf<string>(config.defaultsMode),
    retryMode: await valueOf<string>(config.retryMode),
    maxAttempts: await config.maxAttempts(),
    authSchemes: await config.authSchemePreference(),
    appId: (await config.userAgentAppId()) ?? '',
  };
}

const SAID = {
  endpoint: '127.0.0.1:4566',
  region: 'us-east-1',
  accessKeyId: 'local',
  fips: false,
  dualstack: false,
  mode: 'standard',
  retryMode: 'standard',
  maxAttempts: 3,
  authSchemes: ['sigv4'],
  appId: 'ordercast-local',
};

describe('a client of a stand-in', () => {
  it.each([DynamoDBClient, SQSClient, CognitoIdentityProviderClient])(
    'takes nothing from the environment: %o',
    async (Client) => {
      expect(await resolved(new Client(standIn(ENDPOINT)))).toEqual(SAID);
    },
  );

  it('waits for one that is busy as long as it takes, and says nothing of it', async () => {
    const complaints = vi.spyOn(console, 'warn').mockReturnValue();
    const gate = Promise.withResolvers<undefined>();
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      void gate.promise.then(() => response.end('{}'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = new DynamoDBClient({ ...standIn(`http://127.0.0.1:${port}`), maxAttempts: 1 });
    onTestFinished(() => {
      vi.useRealTimers();
      client.destroy();
      server.closeAllConnections();
      server.close();
    });
    // The SDK has 50 sockets; what waits for one of them is no fault of the stand-in.
    const calls = Array.from({ length: 160 }, () => client.send(new ListTablesCommand({})));
    const settled = Promise.allSettled(calls);
    await expect.poll(() => asked).toBe(50);
    vi.advanceTimersByTime(600_000);
    gate.resolve(undefined);
    const answers = await settled;
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(complaints).not.toHaveBeenCalled();
  });

  it('of DynamoDB looks for no other endpoint', async () => {
    const { config } = new DynamoDBClient(standIn(ENDPOINT));
    expect(await valueOf<string>(config.accountIdEndpointMode)).toBe('disabled');
    expect(await config.endpointDiscoveryEnabled()).toBe(false);
  });
});
