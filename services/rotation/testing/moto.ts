import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { REGION, secretsBed } from './secrets-bed.ts';
import type { SecretsBed } from './secrets-bed.ts';

/** Starts moto's server; the SDK of this process is pointed to its Secrets Manager. */
export async function startMoto(): Promise<SecretsBed & { endpoint: string }> {
  const { endpoint, close } = await startMotoServer();
  const bed = secretsBed(endpoint, {
    // Its RotateSecret moves the labels itself: a pending version without a text is made by a binary one.
    begin: async (SecretId, ClientRequestToken) => {
      const client = new SecretsManagerClient({ region: REGION });
      await client.send(
        new PutSecretValueCommand({
          SecretId,
          ClientRequestToken,
          SecretBinary: new Uint8Array([0]),
          VersionStages: ['AWSPENDING'],
        }),
      );
      client.destroy();
    },
    close,
  });
  return { ...bed, endpoint };
}
