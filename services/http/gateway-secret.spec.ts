import { inspect } from 'node:util';
import { createLogger } from '@ordercast/platform/logger.ts';
import { createSecretStore } from '@ordercast/platform/secret-store.ts';
import type { SecretStore } from '@ordercast/platform/secret-store.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { startSecretServer } from '@ordercast/platform/testing/secret-server.ts';
import type { SecretServer } from '@ordercast/platform/testing/secret-server.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openGatewaySecret } from './gateway-secret.ts';
import type { GatewaySecret } from './gateway-secret.ts';

const [OLDEST, BEFORE, NEWEST] = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
const secretOf = (newest?: string, previous?: string) => JSON.stringify({ newest, previous });

let server: SecretServer;
let secrets: SecretStore;
/** Moves the readings in the background; the store's own deadlines stay the machine's. */
let waits: ManualWaits;
let now: number;
let logged: string[];
const opened: GatewaySecret[] = [];
beforeEach(async () => {
  server = await startSecretServer();
  secrets = createSecretStore('eu-west-1');
  [waits, now, logged] = [new ManualWaits(), 1_000_000, []];
});
afterEach(async () => {
  for (const secret of opened.splice(0)) secret.close();
  secrets.close();
  await server.close();
  vi.unstubAllEnvs();
});

async function open(text: string): Promise<GatewaySecret> {
  server.secret = text;
  const secret = await openGatewaySecret({
    secretId: 'shop/gateway',
    secrets,
    clock: () => now,
    wait: waits.wait,
    log: createLogger('test', { destination: { write: (line) => void logged.push(line) } }),
  });
  opened.push(secret);
  return secret;
}

/** Lets the next reading in the background come, and waits until it is over. */
async function readInBackground(): Promise<void> {
  expect(waits.pendingMs).toEqual([60_000]);
  const turns = waits.askedMs.length;
  waits.ring();
  await expect.poll(() => waits.askedMs.length).toBe(turns + 1);
}

const answersOf = (secret: GatewaySecret, values: readonly (string | undefined)[]) =>
  Promise.all(values.map((value) => secret.accepts(value ?? '')));

describe('a secret of the gateway that cannot be used', () => {
  it.each([
    ['no JSON', `"newest": "${NEWEST}"`],
    ['no object', `["${NEWEST}"]`],
    ['no values', '{}'],
    ['a short value', secretOf(NEWEST, 'b'.repeat(31))],
    ['a value that no header carries', secretOf(`${NEWEST} ${BEFORE}`)],
    ['a value that is no text', '{"newest":1}'],
  ])(
    'stops the start with a sentence that names it and holds no value: %s',
    async (_what, text) => {
      const failure: unknown = await open(text).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'SecretUnavailable' });
      expect(String(failure)).toMatch(/The secret shop\/gateway is not of the shape .* Put such/);
      for (const value of ['aaaa', 'bbbb', 'cccc']) expect(inspect(failure)).not.toContain(value);
    },
  );

  it('because it is not there stops the start as well', async () => {
    server.secret = undefined;
    const opening = openGatewaySecret({
      secretId: 'shop/gateway',
      secrets,
      clock: () => now,
      wait: waits.wait,
      log: createLogger('test', { level: 'silent' }),
    });
    await expect(opening).rejects.toThrow('The secret shop/gateway cannot be read');
  });
});

describe('the secret of the gateway', () => {
  it('is good by its newest value and the one before, whole and exact', async () => {
    const secret = await open(secretOf(NEWEST, BEFORE));
    expect(await answersOf(secret, [NEWEST, BEFORE])).toEqual([true, true]);
    const others = [OLDEST, '', NEWEST?.slice(1), `${NEWEST ?? ''}c`, NEWEST?.toUpperCase()];
    expect(new Set(await answersOf(secret, others))).toEqual(new Set([false]));
  });

  it('is read again for a value that is not known, so that a rotation is followed at once', async () => {
    const secret = await open(secretOf(BEFORE));
    server.secret = secretOf(NEWEST, BEFORE);
    expect(await answersOf(secret, [NEWEST, BEFORE])).toEqual([true, true]);
    expect(server.reads).toBe(2);
  });

  it('is read once in five seconds, however many unknown values come', async () => {
    const secret = await open(secretOf(NEWEST));
    const flood = Array.from({ length: 1_000 }, (_unused, index) => `${index}`.padStart(32, '-'));
    await answersOf(secret, flood);
    expect(server.reads).toBe(2);
    now += 4_999;
    await answersOf(secret, flood);
    expect(server.reads).toBe(2);
    now += 1;
    expect(new Set(await answersOf(secret, flood))).toEqual(new Set([false]));
    expect(server.reads).toBe(3);
  });

  it('is not read for a value that is known', async () => {
    const secret = await open(secretOf(NEWEST, BEFORE));
    await answersOf(secret, [NEWEST, BEFORE, NEWEST]);
    expect(server.reads).toBe(1);
  });

  it('is read every minute, so that a value that was taken out is refused without anybody asking', async () => {
    const secret = await open(secretOf(BEFORE, OLDEST));
    server.secret = secretOf(NEWEST, BEFORE);
    expect(await secret.accepts(OLDEST ?? '')).toBe(true);
    await readInBackground();
    expect(server.reads).toBe(2);
    expect(await answersOf(secret, [NEWEST, BEFORE, OLDEST])).toEqual([true, true, false]);
  });

  it.each([
    ['is not there', undefined],
    ['has become something else', `newest: ${'c'.repeat(40)}`],
  ])(
    'keeps its values where it %s when it is read again, and says so without them',
    async (...[, text]) => {
      const secret = await open(secretOf(NEWEST, BEFORE));
      server.secret = text;
      await readInBackground();
      expect(await secret.accepts(OLDEST ?? '')).toBe(false);
      expect(server.reads).toBe(3);
      expect(await answersOf(secret, [NEWEST, BEFORE])).toEqual([true, true]);
      expect(logged).toHaveLength(2);
      for (const line of logged) {
        expect(line).toContain('"level":"warn"');
        expect(line).toContain('"reason":"The secret shop/gateway ');
        expect(line).toContain('cannot read the secret of the gateway again');
        for (const value of ['aaaa', 'bbbb', 'cccc']) expect(line).not.toContain(value);
      }
      // What cannot be read now is read later all the same.
      server.secret = secretOf(OLDEST);
      await readInBackground();
      expect(await answersOf(secret, [OLDEST, NEWEST])).toEqual([true, false]);
    },
  );

  it('is read no more once it is closed', async () => {
    const secret = await open(secretOf(NEWEST));
    secret.close();
    await vi.waitFor(() => expect(waits.pendingMs).toEqual([]));
    expect(server.reads).toBe(1);
  });
});
