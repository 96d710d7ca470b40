import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { createCognito, type CognitoOptions } from '../create-cognito.ts';
import type { CodeDelivery } from '../pool.ts';

export const POOL_ID = 'us-east-1_ordercast';
export const CLIENT_ID = 'ordercastweb0000000000000a';
export const PASSWORD = 'Ordercast-demo-1';
export const ADA = {
  sub: '6f1d5f0a-0c3e-4f5b-9a51-0a0000000001',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  groups: [],
};
export const SAM = {
  sub: '6f1d5f0a-0c3e-4f5b-9a51-0a0000000003',
  email: 'sam@example.com',
  name: 'Sam Stockton',
  groups: ['staff'],
};

/** A Cognito on a free port, whose clock only the test moves and whose mails it reads. */
export interface TestCognito {
  endpoint: string;
  issuer: string;
  passTime(ms: number): void;
  now(): number;
  mails: CodeDelivery[];
  /** The code of the last mail. */
  lastCode(): string;
  /** All that was logged, as text. */
  logged(): string;
  sdk: CognitoIdentityProviderClient;
  isWritable(): Promise<true | string>;
  stop(): Promise<void>;
}

export type TestCognitoOptions = Partial<CognitoOptions> & { port?: number };

export async function startTestCognito(options: TestCognitoOptions = {}): Promise<TestCognito> {
  let now = realTimeMs();
  const clock = () => now;
  const mails: CodeDelivery[] = [];
  const lines: string[] = [];
  const line = (facts: unknown) => {
    lines.push(JSON.stringify(facts));
  };
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const endpoint = `http://localhost:${port}/cognito`;
  const issuer = `${endpoint}/${POOL_ID}`;
  const cognito = await createCognito({
    dataFolder: undefined,
    poolId: POOL_ID,
    clientId: CLIENT_ID,
    issuer,
    users: [ADA, SAM],
    password: PASSWORD,
    clock,
    randomBytes,
    deliverCode(mail) {
      mails.push(mail);
      return Promise.resolve();
    },
    log: { info: line, error: line },
    ...options,
  });
  server.on('request', (request, response) => {
    void cognito.handle(request, response);
  });
  const sdk = new CognitoIdentityProviderClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });

  return {
    endpoint,
    issuer,
    mails,
    sdk,
    now: clock,
    isWritable: () => cognito.isWritable(),
    passTime(ms) {
      now += ms;
    },
    lastCode: () => mails.at(-1)?.code ?? '',
    logged: () => lines.join('\n'),
    async stop() {
      sdk.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await cognito.close();
    },
  };
}
