import { existsSync, readFileSync } from 'node:fs';
import { chmod, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildableProject } from './testing/buildable-project.ts';

async function projectWithPage() {
  const { at, write, build, asNobody } = await buildableProject();
  const dist = (file: string) => at(join('web', 'dist', file));
  return {
    at,
    dist,
    asNobody,
    page: () => readFileSync(dist('index.html'), 'utf8'),
    write: (text: string) => write('web/page.ts', text),
    build: async (env = {}) => {
      const { code, errors } = await build(env);
      return { code, errors: errors.replace(/^Building the Lambda .*\n/gm, '') };
    },
  };
}

describe('the built page', () => {
  it('is built once, and again when its sources change', async () => {
    const { write, build } = await projectWithPage();
    await write('first');
    expect((await build()).errors).toMatch(/^Building the web app, \d+ s\n/);
    expect(await build()).toEqual({ code: 0, errors: '' });
    await write('second');
    expect((await build()).errors).toMatch(/^Building the web app/);
  });

  it('does not mind links to nowhere, as an editor makes for its locks', async () => {
    const { write, build, at } = await projectWithPage();
    await write('page');
    await symlink('ada@laptop.1:2', at('web/.#page.ts'));
    expect((await build()).code).toBe(0);
  });

  it.each(['index.html', 'assets'])('is built again when its %s has gone', async (file) => {
    const { write, build, dist } = await projectWithPage();
    await write('page');
    await build();
    await rm(dist(file), { recursive: true });
    await build();
    expect(existsSync(dist(file))).toBe(true);
    expect((await build()).errors).toBe('');
  });

  it('is the one that is deployed, whatever NODE_ENV the shell has', async () => {
    const { write, build, page } = await projectWithPage();
    await write('page');
    await build({ NODE_ENV: 'development' });
    expect(page()).toBe('built for production');
  });

  it('that could not be built is not taken for one, and the reason is told', async () => {
    const { write, build } = await projectWithPage();
    await write('fails');
    for (const time of ['first', 'second']) {
      const { code, errors } = await build();
      expect(code, time).toBe(1);
      expect(errors).toMatch(
        /page\.ts: no\n\nBuilding the web app failed\. Read the lines above\.\n$/,
      );
    }
    await write('full');
    expect((await build()).errors).toMatch(/Building the web app failed: the disk is full\./);
  });

  it('that is outdated in a folder which this user may not write is told in a sentence', async () => {
    const { write, build, asNobody, at } = await projectWithPage();
    await write('first');
    await build();
    await write('second');
    await chmod(at('web/dist'), 0o555);
    const { code, errors } = await asNobody();
    await chmod(at('web/dist'), 0o755);
    expect(errors).toMatch(/^You may not write to .*dist, which .* run "npm run build"/);
    expect(code).toBe(1);
  });
});
