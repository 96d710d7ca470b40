import type { Logger } from '@ordercast/platform/logger.ts';
import { gatewayStrategy } from './gateway-strategy.ts';
import type { GatewayHeader } from './gateway-header.ts';
import type { LoginServer } from './login-server.ts';
import { linkKeyStrategy } from './link-key-strategy.ts';
import { loginStrategy } from './login-strategy.ts';
import type { RandomBytes } from './new-password.ts';
import { pairStrategy } from './pair-strategy.ts';
import { kindOfSecret } from './rotated-secret.ts';
import { rotatedVersion } from './rotated-version.ts';
import { rotationEventSchema } from './rotation-event.ts';
import { RotationRefused } from './rotation-refused.ts';
import { runStep } from './run-step.ts';
import type { StepContext } from './run-step.ts';
import type { SecretVersions } from './secret-versions.ts';

export interface RotationSettings {
  secrets: SecretVersions;
  server: LoginServer;
  /** Of the HTTP API; undefined: none is named, and the gateway's secret cannot be rotated. */
  header: GatewayHeader | undefined;
  randomBytes: RandomBytes;
  log: Logger;
}

/**
 * Handles an event of a rotation in Secrets Manager: how the secret is rotated follows from its shape, see docs/adr/0016-own-rotation.md. A
 * step that fails rejects, and Secrets Manager tries the rotation again.
 */
export function createRotation(settings: RotationSettings): (event: unknown) => Promise<void> {
  const { secrets, log } = settings;
  return async (event) => {
    const { SecretId: secretId, ClientRequestToken: id, Step: step } = parseEvent(event);
    const facts = { secretId, version: id, step };
    try {
      const version = rotatedVersion(await secrets.labels(secretId), id);
      const currentText = await secrets.read(secretId, 'AWSCURRENT');
      if (currentText === undefined) {
        throw new RotationRefused(`The secret ${secretId} holds no text: write its first value.`);
      }
      await runFor({ secrets, secretId, step, version, currentText }, settings);
    } catch (error) {
      log.error({ ...facts, err: error }, 'rotation step failed');
      throw error;
    }
    log.info(facts, 'rotation step done');
  };
}

function parseEvent(event: unknown) {
  const result = rotationEventSchema.safeParse(event);
  if (result.success) return result.data;
  throw new RotationRefused(
    'This is no event of a rotation: Secrets Manager calls this function, with SecretId, ClientRequestToken and Step.',
  );
}

function runFor(
  context: StepContext,
  { secrets, server, header, randomBytes }: RotationSettings,
): Promise<void> {
  switch (kindOfSecret(context.currentText)) {
    case 'pair':
      return runStep(pairStrategy({ server, secrets, randomBytes }), context);
    case 'login':
      return runStep(loginStrategy({ server, randomBytes }), context);
    case 'links':
      return runStep(linkKeyStrategy(randomBytes), context);
    case 'gateway':
      if (header === undefined) {
        throw new RotationRefused(
          "The secret is the gateway's, and GATEWAY_API_ID is not set: set it to the id of the HTTP API.",
        );
      }
      return runStep(gatewayStrategy({ header, randomBytes }), context);
  }
}
