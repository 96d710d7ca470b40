import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretUnavailable } from './secret-unavailable.ts';
import { waitInBackground } from './wait.ts';
import type { Wait } from './wait.ts';

export interface SecretStore {
  /** The current text of a secret (AWSCURRENT), by name or ARN. Throws `SecretUnavailable`. */
  read: (secretId: string) => Promise<string>;
  close: () => void;
}

/** A connection that goes silent would hold up whoever waits for the secret for as long as TCP does. */
const READ_DEADLINE_MS = 10_000;

/**
 * AWS Secrets Manager; a read that is not answered in 10 s has failed. `AWS_ENDPOINT_URL_SECRETS_MANAGER` names another
 * server of its kind. `wait` measures the deadline, by the machine's timers unless given.
 */
export function createSecretStore(region: string, wait: Wait = waitInBackground): SecretStore {
  const client = new SecretsManagerClient({ region });

  const send = async (secretId: string): Promise<string | undefined> => {
    const [answered, tooLate] = [new AbortController(), new AbortController()];
    void wait(READ_DEADLINE_MS, answered.signal).then(() => tooLate.abort());
    try {
      const command = new GetSecretValueCommand({
        SecretId: secretId,
        VersionStage: 'AWSCURRENT',
      });
      return (await client.send(command, { abortSignal: tooLate.signal })).SecretString;
    } finally {
      answered.abort();
    }
  };

  return {
    read: async (secretId) => {
      try {
        const text = await send(secretId);
        if (text !== undefined) return text;
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
  if (isTooLate(cause)) return `no answer in ${READ_DEADLINE_MS / 1000} s`;
  return codeOf(cause) ?? (cause instanceof Error ? cause.name : 'unknown');
}

function adviceFor(cause: unknown, region: string): string {
  return codeOf(cause) === undefined && !isTooLate(cause)
    ? `Does it exist in ${region}, and may this role call secretsmanager:GetSecretValue (and kms:Decrypt) for it?`
    : `Secrets Manager in ${region} does not answer: is there a way to it, by a VPC endpoint or NAT, and does its ` +
        'security group let this program through?';
}

function isTooLate(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'AbortError';
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : undefined;
}
