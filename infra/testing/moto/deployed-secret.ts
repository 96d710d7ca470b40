import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RunningFunction } from './running-function.ts';
import type { Account } from './stand-in-account.ts';

/** The steps of a rotation: "Lambda rotation functions" in the guide of Secrets Manager. */
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** The fields of a secret's current version. */
export async function readSecret(account: Account, SecretId: string): Promise<object> {
  // moto does not take the current version where none is named.
  const input = { SecretId, VersionStage: 'AWSCURRENT' };
  const answer = await account.call('secrets', 'getSecretValue', input);
  return z.looseObject({}).parse(JSON.parse(answer.text('SecretString')));
}

/** Changes fields of a secret as somebody does by hand. */
export async function changeSecret(
  account: Account,
  SecretId: string,
  changes: object,
): Promise<void> {
  const SecretString = JSON.stringify({ ...(await readSecret(account, SecretId)), ...changes });
  await account.call('secrets', 'putSecretValue', { SecretId, SecretString });
}

/**
 * Rotates a secret by the function that its schedule names, as Secrets Manager does: a version without a text is labelled
 * AWSPENDING, and the function is called with each step.
 */
export async function rotateSecret(
  account: Account,
  functionBy: (arn: string) => RunningFunction,
  SecretId: string,
): Promise<void> {
  const described = await account.call('secrets', 'describeSecret', { SecretId });
  const rotation = functionBy(described.text('RotationLambdaARN'));
  const ClientRequestToken = randomUUID();
  await account.call('secrets', 'putSecretValue', {
    SecretId,
    ClientRequestToken,
    // moto makes no version without anything in it: the function takes a binary one for it.
    SecretBinary: new Uint8Array([0]),
    VersionStages: ['AWSPENDING'],
  });
  for (const Step of STEPS) await rotation.invoke({ SecretId, ClientRequestToken, Step });
}
