import { createLogger } from '@ordercast/platform/logger.ts';
import { createSecretStore } from '@ordercast/platform/secret-store.ts';
import type { SecretStore } from '@ordercast/platform/secret-store.ts';
import { startSecretServer } from '@ordercast/platform/testing/secret-server.ts';
import type { SecretServer } from '@ordercast/platform/testing/secret-server.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { secretOf } from '../mail/testing/mail-scene.ts';
import { createLinkKeys } from './link-keys.ts';
import type { LinkKeys } from './link-keys.ts';

const MINUTE_MS = 60_000;

let server: SecretServer;
let secrets: SecretStore;
let now: number;
let logged: string[];
let keys: LinkKeys;
beforeEach(async () => {
  server = await startSecretServer();
  secrets = createSecretStore('eu-west-1');
  [now, logged] = [1_000_000, []];
  keys = createLinkKeys({
    secretId: 'shop/report-links',
    secrets,
    clock: () => now,
    log: createLogger('test', { destination: { write: (line) => void logged.push(line) } }),
  });
});
afterEach(async () => {
  secrets.close();
  await server.close();
  vi.unstubAllEnvs();
});

const idsFound = async (ids: readonly string[]) => {
  const found = await Promise.all(ids.map((id) => keys.find(id)));
  return found.flatMap((key) => (key === undefined ? [] : [key.id]));
};

describe('the keys of report links', () => {
  it('are two at a time, of which the current one signs', async () => {
    server.secret = secretOf('b', 'a');
    expect(await keys.current()).toEqual({ id: 'b', key: 'b'.repeat(40) });
    expect(await idsFound(['a', 'b', 'c', ''])).toEqual(['a', 'b']);
  });

  it('are read once for many who ask at once, and again when they are five minutes old', async () => {
    server.secret = secretOf('a');
    await Promise.all(Array.from({ length: 20 }, () => keys.current()));
    now += 5 * MINUTE_MS - 1;
    await keys.current();
    expect(server.reads).toBe(1);
    server.secret = secretOf('b', 'a');
    now += 1;
    expect((await keys.current()).id).toBe('b');
    expect(server.reads).toBe(2);
  });

  it('are read again for an id that is not known, at most once in five seconds', async () => {
    server.secret = secretOf('a');
    await keys.current();
    server.secret = secretOf('b', 'a');
    const flood = Array.from({ length: 200 }, (_none, index) => `x${index}`);
    expect(await idsFound(flood)).toEqual([]);
    expect(server.reads).toBe(1);
    now += 5_000;
    expect(await idsFound(['b', ...flood])).toEqual(['b']);
    expect(server.reads).toBe(2);
  });

  it('sign and open nothing more once they are taken out', async () => {
    server.secret = secretOf('b', 'a');
    expect(await idsFound(['a'])).toEqual(['a']);
    server.secret = secretOf('c', 'b');
    now += 5 * MINUTE_MS;
    expect(await idsFound(['a', 'b', 'c'])).toEqual(['b', 'c']);
  });

  it('stay valid where they cannot be read again, which the log says without them', async () => {
    server.secret = secretOf('a');
    await keys.current();
    for (const text of [undefined, 'no JSON', `{"current":{"id":"z","key":"${'z'.repeat(8)}"}}`]) {
      server.secret = text;
      now += 5 * MINUTE_MS;
      expect((await keys.current()).id).toBe('a');
    }
    expect(logged).toHaveLength(3);
    expect(logged.join('')).not.toMatch(/aaaa|zzzz/);
  });

  it('are missed with a sentence where they were never read, and had once they are there', async () => {
    await expect(keys.current()).rejects.toThrow('The secret shop/report-links cannot be read');
    server.secret = `{"current":{"id":"a","key":"${'a'.repeat(31)}"}}`;
    await expect(keys.find('a')).rejects.toThrow('shop/report-links is not of the shape');
    server.secret = secretOf('a');
    expect((await keys.current()).id).toBe('a');
  });
});
