import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { AwsCallFailed } from './aws-call-failed.ts';

export type StagingLabel = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';

/** The versions of secrets in AWS Secrets Manager. Every call throws `AwsCallFailed`. */
export interface SecretVersions {
  /** The staging labels of each version. */
  labels: (secretId: string) => Promise<Readonly<Record<string, readonly string[]>>>;
  /** The text of the version with a label, which must be `version` where one is given; undefined: it has none yet. */
  read: (secretId: string, label: StagingLabel, version?: string) => Promise<string | undefined>;
  /** Gives the new version its text. One that has a text keeps it. */
  putPending: (secretId: string, version: string, text: string) => Promise<void>;
  /** Moves AWSCURRENT, and by it AWSPREVIOUS. */
  makeCurrent: (secretId: string, versions: { from: string; to: string }) => Promise<void>;
  close: () => void;
}

/** `AWS_ENDPOINT_URL_SECRETS_MANAGER` names another server of its kind. */
export function createSecretVersions(region: string): SecretVersions {
  const client = new SecretsManagerClient({ region });
  const call = async <Result>(name: string, id: string, work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      throw new AwsCallFailed(`secretsmanager:${name}`, id, error);
    }
  };
  return {
    labels: async (SecretId) => {
      const described = client.send(new DescribeSecretCommand({ SecretId }));
      const { VersionIdsToStages } = await call('DescribeSecret', SecretId, described);
      return VersionIdsToStages ?? {};
    },
    read: async (SecretId, VersionStage, VersionId) => {
      const value = client.send(
        new GetSecretValueCommand({
          SecretId,
          VersionStage,
          ...(VersionId !== undefined && { VersionId }),
        }),
      );
      const found = value.catch(unless(ResourceNotFoundException));
      return (await call('GetSecretValue', SecretId, found))?.SecretString;
    },
    putPending: async (SecretId, ClientRequestToken, SecretString) => {
      const put = client.send(
        new PutSecretValueCommand({
          SecretId,
          ClientRequestToken,
          SecretString,
          VersionStages: ['AWSPENDING'],
        }),
      );
      await call('PutSecretValue', SecretId, put.catch(unless(ResourceExistsException)));
    },
    makeCurrent: async (SecretId, { from, to }) => {
      const moved = client.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSCURRENT',
          RemoveFromVersionId: from,
          MoveToVersionId: to,
        }),
      );
      await call('UpdateSecretVersionStage', SecretId, moved);
    },
    close: () => client.destroy(),
  };
}

/** Lets pass what is no failure here. */
function unless(kind: abstract new (...args: never) => Error) {
  return (error: unknown): undefined => {
    if (!(error instanceof kind)) throw error;
  };
}
