import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { RecordFiles } from './record-files.ts';

const poolFileSchema = z.strictObject({
  format: z.literal(1),
  /** PKCS #8 PEM of the RSA key that signs the tokens. */
  signingKey: z.string(),
  /** Base64; all that is sealed is sealed with keys derived from it. */
  sealingSecret: z.string(),
});

export interface PoolSecrets {
  signingKey: string;
  sealingSecret: Buffer;
}

/** The secrets of this data folder, or undefined in a folder that was never filled. */
export async function readPoolFile(files: RecordFiles): Promise<PoolSecrets | undefined> {
  const text = (await files.readAll()).get('pool');
  if (text === undefined) return undefined;
  const parsed = poolFileSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new Error('The Cognito data file pool.json was written by another version of Ordercast', {
      cause: parsed.error,
    });
  }
  const { signingKey, sealingSecret } = parsed.data;
  return { signingKey, sealingSecret: Buffer.from(sealingSecret, 'base64') };
}

/** Fresh secrets, kept nowhere yet. The key is made off the main thread, in about 0.2 s. */
export async function createPoolSecrets(
  randomBytes: (size: number) => Buffer,
): Promise<PoolSecrets> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { signingKey: privateKey, sealingSecret: randomBytes(32) };
}

/** Keeps the pool's keys, whole or not at all. */
export async function writePoolFile(files: RecordFiles, secrets: PoolSecrets): Promise<void> {
  const { signingKey, sealingSecret } = secrets;
  await files.write(
    'pool',
    JSON.stringify({
      format: 1,
      signingKey,
      sealingSecret: sealingSecret.toString('base64'),
    }),
  );
}
