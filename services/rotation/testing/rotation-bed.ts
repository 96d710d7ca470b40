import { createHash } from 'node:crypto';
import { createLogger } from '@ordercast/platform/logger.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { DATABASE_VARIABLES, configuredDatabase } from '@ordercast/platform/configured-database.ts';
import type { ConfiguredDatabase } from '@ordercast/platform/configured-database.ts';
import { z } from 'zod';
import { createRotation } from '../rotate-secret.ts';
import type { RotationSettings } from '../rotate-secret.ts';
import type { RotationStep } from '../rotation-event.ts';
import { createSecretVersions } from '../secret-versions.ts';
import { createLoginServer } from '../login-server.ts';
import type { Login } from './login-directory.ts';
import { REGION } from './secrets-bed.ts';

export const STEPS: readonly RotationStep[] = [
  'createSecret',
  'setSecret',
  'testSecret',
  'finishSecret',
];
export const APP_SECRET = 'ordercast/app';
export const MASTER_SECRET = 'ordercast/master';
export const GATEWAY_SECRET = 'ordercast/gateway';
export const FIRST_VALUE = 'the-first-value-that-the-gateway-has-sent';

const APP_RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** What `bootstrap --login ordercast_app=app:pair` leaves, and the master login. */
export const LOGINS: Readonly<Record<string, Login>> = {
  admin: { password: 'Master-0', rights: [...APP_RIGHTS, 'CONTROL', 'ALTER ANY LOGIN'] },
  ordercast_app: { password: 'App-0', rights: APP_RIGHTS },
  ordercast_app_clone: { password: 'nobody knows', rights: APP_RIGHTS },
};

/** The master's secret, for a server on this machine. */
export function masterSecret(port: number, changes: object = {}): string {
  const shape = { engine: 'sqlserver', host: '127.0.0.1', port, ssl: true };
  return JSON.stringify({ ...shape, username: 'admin', password: 'Master-0', ...changes });
}

/** The secret of the running programs' login. */
export function appSecret(port: number, changes: object = {}): string {
  const login = { username: 'ordercast_app', password: 'App-0', dbname: 'shop' };
  return masterSecret(port, { ...login, masterarn: MASTER_SECRET, ...changes });
}

/** A version's id, as long as AWS's are. */
export const versionId = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const bytes = seededBytes('rotation');

/** Bytes that look random and are the same in each run. */
function seededBytes(seed: string): (count: number) => Buffer {
  let calls = 0;
  return (count) => {
    calls += 1;
    return createHash('sha256').update(`${seed}-${calls}`).digest().subarray(0, count);
  };
}

/** The function with clients of its own for the servers that the environment names. The SQL Server cannot encrypt. */
export function rotationParts(changes: Partial<RotationSettings> = {}): RotationSettings {
  const log: Logger = createLogger('rotation', { level: 'silent' });
  return {
    secrets: createSecretVersions(REGION),
    server: createLoginServer(undefined, { encrypt: false }),
    header: undefined,
    randomBytes: bytes,
    log,
    ...changes,
  };
}

/** Runs steps as Secrets Manager does: in order, until one fails. */
export async function runSteps(
  parts: RotationSettings,
  secretId: string,
  version: string,
  steps: readonly RotationStep[] = STEPS,
): Promise<void> {
  const rotate = createRotation(parts);
  for (const Step of steps) {
    await rotate({ SecretId: secretId, ClientRequestToken: version, Step });
  }
}

/** A program that reads its database's secret, as each does; its server cannot encrypt. */
export async function startProgram(secretId: string): Promise<ConfiguredDatabase> {
  const variables = z.object(DATABASE_VARIABLES).parse({ DATABASE_SECRET_ID: secretId });
  return configuredDatabase(variables, () => undefined);
}

/** Rejects where a program that starts now cannot log in. */
export async function logInBySecret(secretId: string): Promise<void> {
  const program = await startProgram(secretId);
  const db = program.open({ encrypt: false, poolMax: 1 });
  try {
    await db.raw('select 1 as one');
  } finally {
    await db.destroy();
    program.close();
  }
}
