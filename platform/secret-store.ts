import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** The secret could not be read; the text names the secret and the cause, never a value. */
export class SecretUnavailable extends Error {
  override name = 'SecretUnavailable';
}

export interface SecretStore {
  /** The newest text of a secret, by name or ARN. Throws {@link SecretUnavailable}. */
  read: (secretId: string) => Promise<string>;
  close: () => void;
}

/** AWS Secrets Manager. `AWS_ENDPOINT_URL_SECRETS_MANAGER` names another server of its kind. */
export function createSecretStore(region: string): SecretStore {
  const client = new SecretsManagerClient({ region });
  return {
    read: async (secretId) => {
      try {
        const { SecretString } = await client.send(
          new GetSecretValueCommand({ SecretId: secretId }),
        );
        if (SecretString !== undefined) return SecretString;
      } catch (cause) {
        const reason = cause instanceof Error ? cause.name : 'unknown';
        throw new SecretUnavailable(
          `The secret ${secretId} cannot be read (${reason}). Does it exist in ${region}, and may this ` +
            'role call secretsmanager:GetSecretValue (and kms:Decrypt) for it?',
          { cause },
        );
      }
      throw new SecretUnavailable(`The secret ${secretId} holds no text.`);
    },
    close: () => client.destroy(),
  };
}
