import { createLogger } from '@ordercast/platform/logger.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GATEWAY_HEADER_KEY, createGatewayHeader } from './gateway-header.ts';
import { gatewaySecretSchema } from './rotated-secret.ts';
import { startApiGateway } from './testing/api-gateway.ts';
import type { ApiGateway } from './testing/api-gateway.ts';
import { REGION } from './testing/secrets-bed.ts';
import type { SecretsBed } from './testing/secrets-bed.ts';
import { startSecretsManager } from './testing/secrets-manager.ts';
import {
  FIRST_VALUE,
  GATEWAY_SECRET,
  rotationParts,
  runSteps,
  versionId,
} from './testing/rotation-bed.ts';

let secrets: SecretsBed;
let gateway: ApiGateway;
const logged: string[] = [];
const log = createLogger('rotation', { destination: { write: (line) => void logged.push(line) } });

beforeEach(async () => {
  logged.length = 0;
  secrets = await startSecretsManager();
  gateway = await startApiGateway({ place: { [GATEWAY_HEADER_KEY]: FIRST_VALUE } });
});
afterEach(async () => {
  await Promise.all([secrets.close(), gateway.close()]);
  vi.unstubAllEnvs();
});

async function begin(text = JSON.stringify({ newest: FIRST_VALUE })): Promise<void> {
  await secrets.create(GATEWAY_SECRET, text);
  await secrets.begin(GATEWAY_SECRET, versionId(2));
}

const rotate = (apiId: string | undefined = gateway.apiId) =>
  runSteps(
    rotationParts({ log, header: createGatewayHeader(REGION, apiId) }),
    GATEWAY_SECRET,
    versionId(2),
  );

const values = async () => {
  const current = await secrets.current(GATEWAY_SECRET);
  const { newest, previous } = gatewaySecretSchema.parse(JSON.parse(current));
  return previous === undefined ? [newest] : [newest, previous];
};

describe("the gateway's secret", () => {
  it('has the newest value and the one before, and the gateway sends the newest', async () => {
    await begin();
    await rotate();
    const [newest = '', ...before] = await values();
    expect(newest).toMatch(/^[\w-]{43}$/);
    expect(before).toEqual([FIRST_VALUE]);
    expect(gateway.sent()).toEqual([newest]);
    await secrets.begin(GATEWAY_SECRET, versionId(3));
    await runSteps(
      rotationParts({ log, header: createGatewayHeader(REGION, gateway.apiId) }),
      GATEWAY_SECRET,
      versionId(3),
    );
    expect(await values()).toEqual([gateway.sent()[0], newest]);
  });

  it('stands in no log and no error, and is sent once the gateway takes it', async () => {
    await begin();
    gateway.refusesUpdates = true;
    await rotate().catch((error: unknown) => logged.push(String(error)));
    expect(gateway.sent()).toEqual([FIRST_VALUE]);
    gateway.refusesUpdates = false;
    await rotate();
    expect(gateway.sent()).toEqual((await values()).slice(0, 1));
    const text = logged.join('\n');
    expect(text).toMatch(/UpdateIntegration\) failed for integration place of api1234567 \(BadReq/);
    for (const value of await values()) expect(text).not.toContain(value);
  });

  it('stays as it is while the gateway sends what nobody knows, which is put right first', async () => {
    await begin();
    gateway.integrations.set('place', {
      [GATEWAY_HEADER_KEY]: 'set by hand in the console of AWS',
    });
    await expect(rotate()).rejects.toThrow(
      /The integration place sends another value.*tried again/,
    );
    expect(await values()).toEqual([FIRST_VALUE]);
    expect(gateway.sent()).toEqual([FIRST_VALUE]);
    await rotate();
    expect(gateway.sent()).toEqual((await values()).slice(0, 1));
  });

  it('stays as it is where the header was changed after it was looked at', async () => {
    await begin();
    const parts = rotationParts({ log, header: createGatewayHeader(REGION, gateway.apiId) });
    await runSteps(parts, GATEWAY_SECRET, versionId(2), [
      'createSecret',
      'setSecret',
      'testSecret',
    ]);
    gateway.integrations.set('place', { [GATEWAY_HEADER_KEY]: 'by a deployment' });
    await expect(runSteps(parts, GATEWAY_SECRET, versionId(2), ['finishSecret'])).rejects.toThrow(
      /a value that is none of the new version's/,
    );
    expect(await values()).toEqual([FIRST_VALUE]);
  });

  it.each([
    ['{"newest":""}', /wrong are newest/],
    ['{"newest":"short"}', /wrong are newest/],
    ['{"newest":["1","2"],"previous":3}', /wrong are newest, previous/],
  ])('is not rotated where it is %s', async (text, message) => {
    await begin(text);
    await expect(rotate()).rejects.toThrow(message);
  });

  it('is not rotated where no integration sends it', async () => {
    await begin();
    gateway.integrations.set('place', { 'overwrite:header.Other': 'x' });
    await expect(rotate()).rejects.toThrow(/is GATEWAY_API_ID the HTTP API/);
    expect(await values()).toEqual([FIRST_VALUE]);
  });
});
