import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  GetIntegrationsCommand,
} from '@aws-sdk/client-apigatewayv2';
import { hasMoto } from '@ordercast/platform/testing/moto-server.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GATEWAY_HEADER_KEY, createGatewayHeader } from './gateway-header.ts';
import { gatewaySecretSchema, loginSecretSchema } from './rotated-secret.ts';
import { startLoginDirectory } from './testing/login-directory.ts';
import type { LoginDirectory } from './testing/login-directory.ts';
import { startMoto } from './testing/moto.ts';
import { REGION } from './testing/secrets-bed.ts';
import {
  APP_SECRET,
  FIRST_VALUE,
  GATEWAY_SECRET,
  LOGINS,
  MASTER_SECRET,
  STEPS,
  appSecret,
  logInBySecret,
  masterSecret,
  rotationParts,
  runSteps,
  versionId,
} from './testing/rotation-bed.ts';

const OTHERS = { 'overwrite:header.Ordercast-Client-Address': '$context.identity.sourceIp' };

describe.skipIf(!hasMoto())("on moto's Secrets Manager and API Gateway", () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let directory: LoginDirectory;
  beforeAll(async () => {
    moto = await startMoto();
    vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYV2', moto.endpoint);
    directory = await startLoginDirectory(LOGINS);
    await moto.create(MASTER_SECRET, masterSecret(directory.server.port));
    await moto.create(APP_SECRET, appSecret(directory.server.port));
  });
  afterAll(async () => {
    await directory.server.close();
    await moto.close();
    vi.unstubAllEnvs();
  });

  it('a pair and the master are rotated in turn, each step twice, and programs log in after each', async () => {
    const parts = rotationParts();
    for (const [number, secretId] of [
      APP_SECRET,
      MASTER_SECRET,
      APP_SECRET,
      APP_SECRET,
    ].entries()) {
      const version = versionId(number + 2);
      await moto.begin(secretId, version);
      for (const step of STEPS) {
        await runSteps(parts, secretId, version, [step, step]);
        await logInBySecret(APP_SECRET);
      }
    }
    const { username, password } = loginSecretSchema.parse(
      JSON.parse(await moto.current(APP_SECRET)),
    );
    expect(username).toBe('ordercast_app_clone');
    expect(directory.logins.get(username)?.password).toBe(password);
  });

  it("the gateway's secret is rotated, and its integrations keep their other mappings", async () => {
    const client = new ApiGatewayV2Client({ region: REGION });
    const { ApiId = '' } = await client.send(
      new CreateApiCommand({ Name: 'ordercast', ProtocolType: 'HTTP' }),
    );
    const mappings = [{ ...OTHERS, [GATEWAY_HEADER_KEY]: FIRST_VALUE }, OTHERS];
    for (const RequestParameters of mappings) {
      await client.send(
        new CreateIntegrationCommand({
          ApiId,
          IntegrationType: 'HTTP_PROXY',
          IntegrationMethod: 'ANY',
          IntegrationUri: 'https://api.example.com',
          PayloadFormatVersion: '1.0',
          RequestParameters,
        }),
      );
    }
    await moto.create(GATEWAY_SECRET, JSON.stringify({ newest: FIRST_VALUE }));
    const parts = rotationParts({ header: createGatewayHeader(REGION, ApiId) });
    for (const number of [2, 3]) {
      await moto.begin(GATEWAY_SECRET, versionId(number));
      await runSteps(
        parts,
        GATEWAY_SECRET,
        versionId(number),
        STEPS.flatMap((step) => [step, step]),
      );
    }
    const { newest, previous } = gatewaySecretSchema.parse(
      JSON.parse(await moto.current(GATEWAY_SECRET)),
    );
    const { Items = [] } = await client.send(new GetIntegrationsCommand({ ApiId }));
    client.destroy();
    expect(previous).toBeDefined();
    expect(Items.map(({ RequestParameters }) => RequestParameters)).toEqual(
      expect.arrayContaining([{ ...OTHERS, [GATEWAY_HEADER_KEY]: newest }, OTHERS]),
    );
  });
});
