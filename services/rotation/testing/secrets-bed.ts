import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { vi } from 'vitest';

/** A server of Secrets Manager's kind; the SDK of this process is pointed to it until the environment is unstubbed. */
export interface SecretsBed {
  create: (name: string, text: string) => Promise<void>;
  current: (name: string) => Promise<string>;
  /** As somebody does by hand: a new version that is the current one at once. */
  write: (name: string, text: string) => Promise<void>;
  /** As RotateSecret does: a version without a text gets AWSPENDING. */
  begin: (name: string, version: string) => Promise<void>;
  /** As somebody does by hand, to begin another rotation. */
  giveUp: (name: string, version: string) => Promise<void>;
  close: () => Promise<void>;
}

export const REGION = 'us-east-1';

/** What is done by the API that each such server has. */
export function secretsBed(
  endpoint: string,
  { begin, close }: Pick<SecretsBed, 'begin' | 'close'>,
): SecretsBed {
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const client = new SecretsManagerClient({ region: REGION });
  return {
    create: async (Name, SecretString) => {
      await client.send(new CreateSecretCommand({ Name, SecretString }));
    },
    current: async (SecretId) => {
      const { SecretString } = await client.send(
        new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' }),
      );
      return SecretString ?? '';
    },
    write: async (SecretId, SecretString) => {
      await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    },
    begin,
    giveUp: async (SecretId, RemoveFromVersionId) => {
      await client.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSPENDING',
          RemoveFromVersionId,
        }),
      );
    },
    close: async () => {
      client.destroy();
      await close();
    },
  };
}
