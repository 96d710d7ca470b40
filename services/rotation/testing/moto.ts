import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { REGION, secretsBed } from './secrets-bed.ts';
import type { SecretsBed } from './secrets-bed.ts';

/** Whether moto's server (docs.getmoto.org) is installed: a stand-in for AWS that nobody here wrote. */
export function hasMoto(): boolean {
  try {
    execFileSync('moto_server', ['--help'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts it on a port of its own; the SDK of this process is pointed to it. */
export async function startMoto(): Promise<SecretsBed & { endpoint: string }> {
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('moto_server ended before it listened.')));
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
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
    close: async () => {
      child.kill();
      await ended;
    },
  });
  return { ...bed, endpoint };
}
