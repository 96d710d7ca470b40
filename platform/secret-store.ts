import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretUnavailable } from './secret-unavailable.ts';

export interface SecretStore {
  /** The current text of a secret (AWSCURRENT), by name or ARN. Throws `SecretUnavailable`. */
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
          new GetSecretValueCommand({ SecretId: secretId, VersionStage: 'AWSCURRENT' }),
        );
        if (SecretString !== undefined) return SecretString;
      } catch (cause) {
        throw new SecretUnavailable(
          `The secret ${secretId} cannot be read (${reasonOf(cause)}). ${adviceFor(cause, region)}`,
          { cause },
        );
      }
      throw new SecretUnavailable(`The secret ${secretId} holds no text.`);
    },
    close: () => client.destroy(),
  };
}

/** A network's error says by its code what it is, AWS's by its name. */
function reasonOf(cause: unknown): string {
  return codeOf(cause) ?? (cause instanceof Error ? cause.name : 'unknown');
}

function adviceFor(cause: unknown, region: string): string {
  return codeOf(cause) === undefined
    ? `Does it exist in ${region}, and may this role call secretsmanager:GetSecretValue (and kms:Decrypt) for it?`
    : `Secrets Manager in ${region} does not answer: is there a way to it, by a VPC endpoint or NAT, and does its ` +
        'security group let this program through?';
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : undefined;
}
