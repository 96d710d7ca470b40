import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GATEWAY_HEADER_KEY } from './gateway-header.ts';
import { startApiGateway } from './testing/api-gateway.ts';
import type { ApiGateway } from './testing/api-gateway.ts';
import { REGION } from './testing/secrets-bed.ts';
import type { SecretsBed } from './testing/secrets-bed.ts';
import { startSecretsManager } from './testing/secrets-manager.ts';
import { FIRST_VALUE, GATEWAY_SECRET, STEPS, versionId } from './testing/rotation-bed.ts';

let secrets: SecretsBed;
let gateway: ApiGateway;

beforeEach(async () => {
  secrets = await startSecretsManager();
  gateway = await startApiGateway({ place: { [GATEWAY_HEADER_KEY]: FIRST_VALUE } });
  await secrets.create(GATEWAY_SECRET, JSON.stringify({ newest: FIRST_VALUE }));
  await secrets.begin(GATEWAY_SECRET, versionId(2));
});
afterEach(async () => {
  await Promise.all([secrets.close(), gateway.close()]);
  vi.unstubAllEnvs();
});

async function loadHandler(environment: Record<string, string>) {
  const variables = { AWS_REGION: REGION, LOG_LEVEL: 'silent', ...environment };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.resetModules();
  return (await import('./lambda.ts')).handler;
}

const event = (Step: string) => ({
  SecretId: GATEWAY_SECRET,
  ClientRequestToken: versionId(2),
  Step,
});

describe('the rotation function', () => {
  it('rotates by the events of Secrets Manager', async () => {
    const handler = await loadHandler({ GATEWAY_API_ID: gateway.apiId });
    for (const step of STEPS) await handler(event(step));
    const current = await secrets.current(GATEWAY_SECRET);
    expect(current).toContain(FIRST_VALUE);
    expect(JSON.parse(current)).toEqual({ newest: gateway.sent()[0], previous: FIRST_VALUE });
    expect(gateway.sent()).not.toEqual([FIRST_VALUE]);
  });

  it("says which setting is missing where the secret is the gateway's", async () => {
    const handler = await loadHandler({});
    await expect(handler(event('createSecret'))).rejects.toThrow(/GATEWAY_API_ID is not set/);
  });

  it('does not start without its settings', async () => {
    await expect(loadHandler({ AWS_REGION: '', LOG_LEVEL: 'loud' })).rejects.toThrow(
      /AWS_REGION: is not set\n.*LOG_LEVEL/,
    );
  });
});
