import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { buildableProject } from './testing/buildable-project.ts';

const BUILDING = /^Building the Lambda bundles, \d+ s\n/m;
const CODE = 'dist/lambda/realtime/lambda.mjs';

describe('the Lambda bundles', () => {
  it('are built once, and again when their sources change', async () => {
    const { write, build, at } = await buildableProject();
    await write('services/lambda.ts', 'first');
    expect((await build()).errors).toMatch(BUILDING);
    expect(await build()).toEqual({ code: 0, errors: '' });
    await write('services/lambda.ts', 'second');
    expect((await build()).errors).toMatch(BUILDING);
    expect(readFileSync(at(CODE), 'utf8')).toBe('second');
  });

  it('are built again when the bundler changes, and not for a spec', async () => {
    const { write, build, at } = await buildableProject();
    await build();
    await write('services/lambda.spec.ts', '');
    expect(await build()).toEqual({ code: 0, errors: '' });
    await write('build/main.ts', `${readFileSync(at('build/main.ts'), 'utf8')}\n`);
    expect((await build()).errors).toMatch(BUILDING);
  });

  it.each([CODE, 'dist/lambda/realtime/node_modules/tool/index.js'])(
    'are built again when %s has gone, or is another',
    async (file) => {
      const { write, build, at } = await buildableProject();
      await build();
      await rm(at(file));
      expect((await build()).errors).toMatch(BUILDING);
      await write(file, 'by hand');
      expect((await build()).errors).toMatch(BUILDING);
      expect(await build()).toEqual({ code: 0, errors: '' });
    },
  );

  it('that could not be built are not taken for built, and the reason is told', async () => {
    const { write, build } = await buildableProject();
    await write('services/lambda.ts', 'fails');
    for (const time of ['first', 'second']) {
      const { code, errors } = await build();
      expect(code, time).toBe(1);
      expect(errors).toMatch(
        /lambda\.ts: no\n\nBuilding the Lambda bundles failed\. Read the lines above\.\n$/,
      );
    }
  });
});
