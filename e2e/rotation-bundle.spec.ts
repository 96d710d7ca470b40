import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@ordercast/platform/testing/otlp-receiver.ts';
import {
  APP_SECRET,
  LOGINS,
  MASTER_SECRET,
  STEPS,
  appSecret,
  masterSecret,
  versionId,
} from '@ordercast/services/rotation/testing/rotation-bed.ts';
import { startLoginDirectory } from '@ordercast/services/rotation/testing/login-directory.ts';
import { startSecretsManager } from '@ordercast/services/rotation/testing/secrets-manager.ts';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { bundledFunction } from './testing/bundled-function.ts';
import { importAlone } from './testing/invoked-bundle.ts';

const bundle = bundledFunction('rotation');
const tlsFile = (name: string) =>
  fileURLToPath(new URL(`../platform/testing/tls/${name}`, import.meta.url));

it('the bundle of the rotation, away from this repository, rotates a login on its server over TLS, and sends no password with its traces', async () => {
  const receiver = await startOtlpReceiver();
  const secrets = await startSecretsManager();
  const directory = await startLoginDirectory(LOGINS, {
    key: await readFile(tlsFile('server.key'), 'utf8'),
    cert: await readFile(tlsFile('server.pem'), 'utf8'),
  });
  onTestFinished(async () => {
    await directory.server.close();
    await secrets.close();
    await receiver.close();
    vi.unstubAllEnvs();
  });
  await secrets.create(MASTER_SECRET, masterSecret(directory.server.port));
  await secrets.create(APP_SECRET, appSecret(directory.server.port));
  await secrets.begin(APP_SECRET, versionId(2));

  const { handlers, invoke } = await importAlone(bundle.module(), {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] ?? '',
    DATABASE_CA_FILE: tlsFile('ca.pem'),
    LOG_LEVEL: 'silent',
    LAMBDA_TASK_ROOT: dirname(bundle.module()),
    _HANDLER: 'lambda.handler',
    NODE_OPTIONS: `--import=${join(bundle.folder(), 'tracing.mjs')}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  });
  expect(handlers).toEqual(['handler']);
  for (const Step of STEPS) {
    await invoke('handler', { SecretId: APP_SECRET, ClientRequestToken: versionId(2), Step });
  }
  const current = z
    .object({ username: z.string(), password: z.string() })
    .parse(JSON.parse(await secrets.current(APP_SECRET)));
  expect(current.username).toBe('ordercast_app_clone');
  expect(directory.logins.get('ordercast_app_clone')?.password).toBe(current.password);

  const statements = receiver.spans.filter(
    ({ attributes }) => attributes['db.system.name'] === 'microsoft.sql_server',
  );
  expect(
    statements.some(({ attributes }) => /ALTER LOGIN/.test(String(attributes['db.query.text']))),
  ).toBe(true);
  const calls = new Set(
    receiver.spans.filter(({ kind }) => kind === 2).map(({ traceId }) => traceId),
  );
  expect(statements.every(({ traceId }) => calls.has(traceId))).toBe(true);
  const passwords = [current.password, ...Object.values(LOGINS).map(({ password }) => password)];
  for (const password of passwords) expect(receiver.sent()).not.toContain(password);
});
