import { existsSync, readFileSync } from 'node:fs';
import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { otherNpm } from './testing/other-npm.ts';
import { MAY_MOUNT, smallDisk } from '../platform/testing/small-disk.ts';
import { RAN, smallProject } from './testing/small-project.ts';
import type { SmallProject } from './testing/small-project.ts';

const TOOL = { name: 'tool', files: { 'index.js': '// 1.0.0' } };

async function projectWithTool(): Promise<SmallProject> {
  const project = await smallProject();
  await project.add('devDependencies', TOOL);
  return project;
}

const installed = ({ root }: SmallProject, name: string) => join(root, 'node_modules', name);

describe('the launcher', () => {
  it('installs what the lock file names, once, and then runs the program', async () => {
    const project = await projectWithTool();
    const first = await project.launch();
    expect(first).toMatchObject({ code: 0, out: RAN });
    expect(first.errors).toMatch(/^Installing packages .*: 0 of 1, \d+ s\n.*: 1 of 1, \d+ s\n$/s);
    expect(existsSync(installed(project, 'tool/index.js'))).toBe(true);
    expect(await project.launch()).toEqual({ code: 0, out: RAN, errors: '' });
  });

  it.each([
    ['NODE_ENV=production', { NODE_ENV: 'production' }],
    ['omit=dev', { npm_config_omit: 'dev' }],
    ['omit=optional', { npm_config_omit: 'optional' }],
    ['production=true', { npm_config_production: 'true' }],
    ['package-lock=false', { npm_config_package_lock: 'false' }],
    ['package-lock-only=true', { npm_config_package_lock_only: 'true' }],
    ['dry-run=true', { npm_config_dry_run: 'true' }],
    ['global=true', { npm_config_global: 'true' }],
    ['location=global', { npm_config_location: 'global' }],
    ['engine-strict=true', { npm_config_engine_strict: 'true' }],
    ['install-strategy=linked', { npm_config_install_strategy: 'linked' }],
    ['bin-links=false', { npm_config_bin_links: 'false' }],
    ['ignore-scripts=false', { npm_config_ignore_scripts: 'false' }],
  ])('installs all of it whatever the user has set: %s', async (_what, env) => {
    const project = await smallProject();
    const script = `require('fs').writeFileSync('script-ran', '')`;
    await project.add('devDependencies', {
      ...TOOL,
      more: {
        bin: 'index.js',
        engines: { node: '>=99' },
        scripts: { install: `node -e "${script}"` },
      },
    });
    await project.add('optionalDependencies', {
      name: 'for-this-platform',
      more: { os: [process.platform], cpu: [process.arch] },
    });
    expect(await project.launch(undefined, { env })).toMatchObject({ code: 0, out: RAN });
    expect((await readdir(installed(project, 'tool'))).sort()).toEqual([
      'index.js',
      'package.json',
    ]);
    expect(existsSync(installed(project, '.bin/tool'))).toBe(true);
    expect(await readdir(installed(project, 'for-this-platform'))).toEqual(['package.json']);
    expect(await project.launch(undefined, { env })).toMatchObject({ errors: '' });
  });

  it('completes what an npm that left something out has installed', async () => {
    const project = await projectWithTool();
    await project.npm(['ci'], { NODE_ENV: 'production' });
    expect(existsSync(installed(project, 'tool'))).toBe(false);
    await project.launch();
    expect(existsSync(installed(project, 'tool/index.js'))).toBe(true);
  });

  it('is content with what a person has installed by npm', async () => {
    const project = await projectWithTool();
    await project.npm(['ci']);
    expect(await project.launch()).toEqual({ code: 0, out: RAN, errors: '' });
  });

  it('asks the folders: what somebody has deleted comes back', async () => {
    const project = await projectWithTool();
    await project.launch();
    await rm(installed(project, 'tool'), { recursive: true });
    await project.launch();
    expect(existsSync(installed(project, 'tool/index.js'))).toBe(true);
  });

  it('begins again after an npm that was killed between two packages', async () => {
    const project = await projectWithTool();
    await project.launch();
    // As an npm leaves it that dies while it unpacks: the folder is there, its content is not.
    await rm(installed(project, 'tool/index.js'));
    const dying = await otherNpm(project, 'process.kill(process.pid, "SIGKILL")');
    await project.add('devDependencies', { name: 'another' });
    expect((await project.launch(undefined, { env: dying })).code).toBe(1);
    await project.launch();
    expect(existsSync(installed(project, 'tool/index.js'))).toBe(true);
    expect(existsSync(installed(project, 'another'))).toBe(true);
  });

  it('brings an older tree up to date in place, although npm says that it is new, and never writes the lock file', async () => {
    const project = await projectWithTool();
    await project.launch();
    await project.add('devDependencies', {
      ...TOOL,
      version: '2.0.0',
      files: { 'index.js': '// 2.0.0' },
    });
    const lock = () => readFileSync(join(project.root, 'package-lock.json'), 'utf8');
    // Another npm writes it otherwise.
    await writeFile(join(project.root, 'package-lock.json'), lock().replaceAll('  ', ' '));
    const before = lock();
    expect(await project.launch()).toMatchObject({ code: 0, out: RAN });
    expect(readFileSync(installed(project, 'tool/index.js'), 'utf8')).toBe('// 2.0.0');
    expect(lock()).toBe(before);
    expect(await project.launch()).toMatchObject({ errors: '' });
  });

  it('does not wait for packages of other platforms', async () => {
    const project = await projectWithTool();
    const other = { os: ['sunos'], cpu: ['ppc'] };
    await project.add('optionalDependencies', { name: 'for-others', more: other });
    expect((await project.launch()).errors).toMatch(/1 of 1/);
    expect(await project.launch()).toMatchObject({ errors: '' });
  });

  it('shows how far it is', async () => {
    const project = await projectWithTool();
    await project.add('devDependencies', { name: 'another' });
    const go = join(project.root, 'go');
    const unpack = (name: string) =>
      `fs.mkdirSync('node_modules/${name}', { recursive: true });` +
      `fs.writeFileSync('node_modules/${name}/package.json', '{}');`;
    const env = await otherNpm(
      project,
      `const fs = require('fs'); ${unpack('tool')} const timer = setInterval(() => {` +
        `if (!fs.existsSync('go')) return; clearInterval(timer); ${unpack('another')} }, 20);`,
    );
    let half: Promise<void> | undefined;
    const result = await project.launch(undefined, {
      env,
      onErrors: (errors) => {
        if (errors.includes(': 1 of 2,')) half ??= writeFile(go, '');
      },
    });
    expect(result.errors).toMatch(/: 0 of 2,.*: 1 of 2,.*: 2 of 2,/s);
  });

  it('uses npm whoever calls it, such as yarn', async () => {
    const project = await projectWithTool();
    const yarn = join(project.root, 'yarn.js');
    await writeFile(yarn, 'process.exit(1)');
    const env = { npm_execpath: yarn };
    expect(await project.launch(undefined, { env })).toMatchObject({ code: 0, out: RAN });
  });

  it('says which packages an npm has left out that ended well', async () => {
    const project = await projectWithTool();
    const { code, errors } = await project.launch(undefined, { env: await otherNpm(project, '') });
    expect(code).toBe(1);
    expect(errors).toMatch(
      /npm has left 1 packages out, such as node_modules\/tool\. .*npm config ls/,
    );
  });
});

describe('where nothing can be installed the launcher says what to do', () => {
  it('without the registry', async () => {
    const project = await projectWithTool();
    // As of a registry that is not there: nothing listens on port 1.
    for (const [file, resolved] of [
      ['package.json', '1.0.0'],
      ['package-lock.json', 'http://127.0.0.1:1/tool.tgz'],
    ] as const) {
      const path = join(project.root, file);
      const text = readFileSync(path, 'utf8');
      await writeFile(path, text.replaceAll('file:packed/tool-1.0.0.tgz', resolved));
    }
    const registry = { npm_config_registry: 'http://127.0.0.1:1', npm_config_fetch_retries: '0' };
    const cache = {
      npm_config_cache: join(project.root, 'empty-cache'),
      npm_config_offline: 'false',
    };
    const env = { ...registry, ...cache };
    const { code, out, errors } = await project.launch(undefined, { env });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toMatch(
      /Installing packages failed\. Probably npm's registry is not reached: .*npm config ls/,
    );
    expect(errors).not.toContain('    at ');
  });

  it('in a folder that this user may not write', async () => {
    const project = await projectWithTool();
    const isRoot = process.getuid?.() === 0;
    await chmod(project.root, 0o555);
    const { code, errors } = await project.launch(undefined, isRoot ? { uid: 65_534 } : {});
    await chmod(project.root, 0o755);
    expect(errors).toMatch(
      /^You may not write to .*project, which .* clone Ordercast to a folder of your own\.\n$/,
    );
    expect(code).toBe(1);
  });

  it.runIf(MAY_MOUNT)('on a full disk', async () => {
    const disk = await smallDisk(2);
    const project = await smallProject(disk);
    // It is packed small and unpacks large.
    await project.add('devDependencies', {
      name: 'large',
      files: { 'index.js': '/'.repeat(300_000) },
    });
    await expect(writeFile(join(disk, 'ballast'), Buffer.alloc(2 ** 22))).rejects.toThrow('ENOSPC');
    const { code, errors } = await project.launch();
    expect(errors).toMatch(
      /Installing packages failed\. Probably the disk is full: free about 700 MB, then try again/,
    );
    expect(code).toBe(1);
  });
});
