import { createLogger } from '@ordercast/platform/logger.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { linkSecretSchema } from './rotated-secret.ts';
import { REGION } from './testing/secrets-bed.ts';
import type { SecretsBed } from './testing/secrets-bed.ts';
import { startSecretsManager } from './testing/secrets-manager.ts';
import { rotationParts, runSteps, versionId } from './testing/rotation-bed.ts';
import { createSecretVersions } from './secret-versions.ts';

const LINKS = 'ordercast/links';
/** As the infrastructure has it made, which generates no value below another. */
const SEED = '{"seed":"that-nobody-signs-with"}';

let secrets: SecretsBed;
const logged: string[] = [];
const log = createLogger('rotation', { destination: { write: (line) => void logged.push(line) } });

beforeEach(async () => {
  logged.length = 0;
  secrets = await startSecretsManager();
});
afterEach(async () => {
  await secrets.close();
  vi.unstubAllEnvs();
});

async function rotate(version: number): Promise<void> {
  await secrets.begin(LINKS, versionId(version));
  await runSteps(
    rotationParts({ log, secrets: createSecretVersions(REGION) }),
    LINKS,
    versionId(version),
  );
}

const keys = async () => linkSecretSchema.parse(JSON.parse(await secrets.current(LINKS)));

describe('the keys of links', () => {
  it('begin with one, in place of what was generated', async () => {
    await secrets.create(LINKS, SEED);
    await rotate(2);
    expect(await secrets.current(LINKS)).toMatch(
      /^\{"current":\{"id":"[\w-]{11}","key":"[\w-]{43}"\}\}$/,
    );
  });

  it('are two from then on: the one before stays good for one rotation, and no longer', async () => {
    await secrets.create(LINKS, SEED);
    await rotate(2);
    const first = await keys();
    await rotate(3);
    const second = await keys();
    await rotate(4);
    const third = await keys();
    expect(second.previous).toEqual(first.current);
    expect(third.previous).toEqual(second.current);
    const ids = [first, second, third].map(({ current }) => current?.id);
    expect(new Set(ids).size).toBe(3);
  });

  it('stay as they are where they were changed by hand meanwhile', async () => {
    await secrets.create(LINKS, SEED);
    await rotate(2);
    const parts = rotationParts({ log });
    await secrets.begin(LINKS, versionId(3));
    await runSteps(parts, LINKS, versionId(3), ['createSecret', 'setSecret', 'testSecret']);
    const byHand = { id: 'by-hand', key: 'k'.repeat(43) };
    await secrets.write(LINKS, JSON.stringify({ current: byHand }));
    await expect(runSteps(parts, LINKS, versionId(3), ['finishSecret'])).rejects.toThrow(
      /was changed after this rotation began/,
    );
    expect(await keys()).toEqual({ current: byHand });
  });

  it('stand in no log', async () => {
    await secrets.create(LINKS, SEED);
    await rotate(2);
    await rotate(3);
    const { current, previous } = await keys();
    const text = logged.join('\n');
    expect(text).toContain('rotation step done');
    for (const key of [current, previous]) expect(text).not.toContain(key?.key);
  });

  it('are not rotated where one is too short', async () => {
    await secrets.create(LINKS, '{"current":{"id":"1","key":"short"}}');
    await expect(rotate(2)).rejects.toThrow(/wrong are current/);
  });
});
