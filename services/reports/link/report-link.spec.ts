import { createHmac } from 'node:crypto';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { secretOf, testKeys } from '../mail/testing/mail-scene.ts';
import { openLink, signLink } from './report-link.ts';

const RUN_ID = '01HF7YAT00000000000000000A';
const FACTS = {
  runId: RUN_ID,
  address: 'ada@example.com',
  issuedAt: 1_799_000_000_123,
  expiresAt: 1_800_000_000_999,
};
const KEYS = testKeys();

describe('a signed link', () => {
  it('says its run, its recipient, when it was signed, and when it expires, in whole seconds', async () => {
    const link = await openLink(KEYS, await signLink(KEYS, FACTS));
    expect(link).toMatchObject({
      runId: RUN_ID,
      issuedAt: 1_799_000_000_123,
      expiresAt: 1_800_000_000_000,
    });
    expect(link?.isFor('ada@example.com')).toBe(true);
    for (const other of ['', 'bob@example.com', 'ada@example.co', 'Ada@example.com']) {
      expect(link?.isFor(other)).toBe(false);
    }
  });

  it('is one part of a path, short enough for a header, and holds no address', async () => {
    const token = await signLink(KEYS, { ...FACTS, address: `${'a'.repeat(64)}@example.com` });
    expect(token).toMatch(/^2\.[\w-]+\.[\w-]{43}$/);
    expect(token.length).toBeLessThan(250);
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).not.toContain('aaaa');
  });

  it('names one recipient differently for each run', async () => {
    const nameIn = async (runId: string): Promise<string> => {
      const [, payload = ''] = (await signLink(KEYS, { ...FACTS, runId })).split('.');
      const content: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
      return z.object({ a: z.string() }).parse(content).a;
    };
    expect(await nameIn(RUN_ID)).toMatch(/^[\w-]{22}$/);
    expect(await nameIn('01HF7YAT00000000000000000B')).not.toBe(await nameIn(RUN_ID));
  });

  it('is good for nothing with any bit altered', async () => {
    const token = await signLink(KEYS, FACTS);
    for (let index = 0; index < token.length; index += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const code = token.charCodeAt(index) ^ (1 << bit);
        const altered = token.slice(0, index) + String.fromCharCode(code) + token.slice(index + 1);
        expect(await openLink(KEYS, altered), `${index}/${bit}`).toBeUndefined();
      }
    }
  });

  it('is good for nothing cut, longer, doubled or with parts of another', async () => {
    const token = await signLink(KEYS, FACTS);
    const other = await signLink(KEYS, { ...FACTS, address: 'bob@example.com' });
    const [version = '', payload = '', mac = ''] = token.split('.');
    const [, otherPayload = '', otherMac = ''] = other.split('.');
    for (const text of [
      '',
      '..',
      token.slice(0, -1),
      `${token}=`,
      `${token}A`,
      `${token}.`,
      `${token}.${mac}`,
      ` ${token}`,
      `${version}.${otherPayload}.${mac}`,
      `${version}.${payload}.${otherMac}`,
      `1.${payload}.${mac}`,
      `${version}.${payload}.`,
      `${version}..${mac}`,
      `${version}.${payload}.${'A'.repeat(43)}`,
      'x'.repeat(100_000),
    ]) {
      expect(await openLink(KEYS, text), text.slice(0, 80)).toBeUndefined();
    }
  });

  it('is not one that somebody signs with a key of their own, or with another text signed by ours', async () => {
    const payload = {
      k: 'a',
      r: RUN_ID,
      a: 'x'.repeat(22),
      i: 1_800_000_000_000,
      e: 1_900_000_000,
    };
    const signed = `2.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
    const by = (key: string, text: string) =>
      `${signed}.${createHmac('sha256', key).update(text).digest('base64url')}`;
    const ours = 'a'.repeat(40);
    expect(await openLink(KEYS, by(ours, `report-link\n${signed}`))).toMatchObject({
      runId: RUN_ID,
    });
    expect(await openLink(KEYS, by(ours, signed))).toBeUndefined();
    expect(await openLink(KEYS, by('', `report-link\n${signed}`))).toBeUndefined();
    expect(await openLink(KEYS, by('b'.repeat(40), `report-link\n${signed}`))).toBeUndefined();
  });

  it('survives one rotation of the keys, and dies with the next', async () => {
    let [secret, now] = [secretOf('a'), 0];
    const keys = testKeys(
      () => secret,
      () => now,
    );
    const token = await signLink(keys, FACTS);
    const rotate = (text: string) => {
      [secret, now] = [text, now + 300_000];
    };
    rotate(secretOf('b', 'a'));
    const newer = await signLink(keys, FACTS);
    expect(newer).not.toBe(token);
    expect((await openLink(keys, token))?.isFor(FACTS.address)).toBe(true);
    expect((await openLink(keys, newer))?.isFor(FACTS.address)).toBe(true);
    rotate(secretOf('c', 'b'));
    expect(await openLink(keys, token)).toBeUndefined();
    expect((await openLink(keys, newer))?.isFor(FACTS.address)).toBe(true);
  });

  it('is not any text that chance makes (seed 7)', async () => {
    const random = seededRandom(7);
    const pick = (from: string) => from[Math.floor(random() * from.length)] ?? '';
    for (let round = 0; round < 500; round += 1) {
      const length = Math.floor(random() * 300);
      const text = Array.from({ length }, () => pick('2.eyJrIjoiYSJ9-_=%\u0000é')).join('');
      expect(await openLink(KEYS, text)).toBeUndefined();
      expect(await openLink(KEYS, `2.${text}`)).toBeUndefined();
    }
  });
});
