import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecretStore } from './secret-store.ts';
import type { SecretStore } from './secret-store.ts';
import { ManualWaits } from './testing/manual-waits.ts';
import { startSecretServer } from './testing/secret-server.ts';
import type { SecretServer } from './testing/secret-server.ts';

let server: SecretServer;
let waits: ManualWaits;
let secrets: SecretStore;
beforeEach(async () => {
  server = await startSecretServer();
  waits = new ManualWaits();
  secrets = createSecretStore('eu-west-1', waits.wait);
});
afterEach(async () => {
  secrets.close();
  await server.close();
  vi.unstubAllEnvs();
});

describe('reading a secret', () => {
  it('that is not answered in ten seconds has failed, and says what to look at', async () => {
    server.isSilent = true;
    const read = secrets.read('shop/gateway');
    const failed = expect(read).rejects.toThrow(
      'The secret shop/gateway cannot be read (no answer in 10 s). Secrets Manager in eu-west-1 does not answer',
    );
    await expect.poll(() => server.reads).toBe(1);
    expect(waits.pendingMs).toEqual([10_000]);
    waits.ring();
    await failed;
  });

  it('leaves no deadline behind once it is answered', async () => {
    server.secret = 'text';
    expect(await secrets.read('shop/gateway')).toBe('text');
    expect(waits.pendingMs).toEqual([]);
  });
});
