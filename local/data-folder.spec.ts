import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DATA_FORMAT, DataFolderError, openDataFolder } from './data-folder.ts';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'ordercast-spec-')), '.local');
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

/** Another process opens it; its complaint, and 7 where that is a DataFolderError. */
async function openElsewhere(
  env: Record<string, string>,
  ephemeral: boolean,
  user: { uid?: number; gid?: number } = {},
): Promise<{ code: number | null; errors: string }> {
  const script =
    `const { DataFolderError, openDataFolder } = await import(${JSON.stringify(MODULE)});` +
    `try { openDataFolder({ path: ${JSON.stringify(path)}, fresh: false, ephemeral: ${ephemeral} }); }` +
    'catch (error) { console.error(error.message); process.exit(error instanceof DataFolderError ? 7 : 1); }';
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ...env },
    ...user,
  });
  const errors = text(child.stderr);
  await once(child, 'close');
  return { code: child.exitCode, errors: await errors };
}

/** File permissions mean nothing to root, so a test that runs as root opens it as somebody else. */
function openAsNobody() {
  if (process.getuid?.() !== 0) return openElsewhere({}, false);
  const nobody = 65_534;
  for (const entry of ['.', ...readdirSync(path, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(path, entry), nobody, nobody);
  }
  chmodSync(join(path, '..'), 0o755);
  return openElsewhere({}, false, { uid: nobody, gid: nobody });
}

const MODULE = new URL('data-folder.ts', import.meta.url).href;
const kept = { fresh: false, ephemeral: false };

describe('the data folder', () => {
  it('is made where there is none and keeps what is put in', () => {
    const folder = openDataFolder({ path, ...kept });
    writeFileSync(join(folder.path, 'order'), 'kept');
    folder.release();
    const again = openDataFolder({ path, ...kept });
    expect(readFileSync(join(path, 'order'), 'utf8')).toBe('kept');
    again.release();
  });

  it('begins anew with fresh', () => {
    openDataFolder({ path, ...kept }).release();
    mkdirSync(join(path, 'dynamodb'));
    writeFileSync(join(path, 'dynamodb', 'old'), '');
    openDataFolder({ path, fresh: true, ephemeral: false }).release();
    expect(existsSync(join(path, 'dynamodb'))).toBe(false);
  });

  it('deletes nothing with fresh that is not its own', () => {
    mkdirSync(join(path, 'holidays'), { recursive: true });
    writeFileSync(join(path, 'thesis.txt'), 'years of work');
    openDataFolder({ path, fresh: true, ephemeral: false }).release();
    expect(readFileSync(join(path, 'thesis.txt'), 'utf8')).toBe('years of work');
    expect(existsSync(join(path, 'holidays'))).toBe(true);
  });

  it('leaves nothing behind when it is ephemeral', () => {
    const folder = openDataFolder({ path, fresh: false, ephemeral: true });
    expect(existsSync(folder.path)).toBe(true);
    expect(existsSync(path)).toBe(false);
    folder.release();
    expect(existsSync(folder.path)).toBe(false);
  });

  it('refuses data of a newer version, says what to do, and touches nothing', () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'format.json'), JSON.stringify({ format: DATA_FORMAT + 1 }));
    writeFileSync(join(path, 'order'), 'kept');
    expect(() => openDataFolder({ path, ...kept })).toThrow(
      /newer Ordercast .* npm start -- --fresh --data ".*\.local"/,
    );
    expect(readFileSync(join(path, 'order'), 'utf8')).toBe('kept');
    openDataFolder({ path, fresh: true, ephemeral: false }).release();
  });

  it('opens after kill -9 in the middle of writing its format', () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'format.json.tmp'), '{"form');
    openDataFolder({ path, ...kept }).release();
    expect(readFileSync(join(path, 'format.json'), 'utf8')).toBe(`{"format":${DATA_FORMAT}}`);
    expect(existsSync(join(path, 'format.json.tmp'))).toBe(false);
  });

  it('refuses a format file that it cannot read', () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'format.json'), '{"form');
    expect(() => openDataFolder({ path, ...kept })).toThrow(DataFolderError);
  });

  it('says what to do where something else than a folder is in the way', () => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, 'a file');
    expect(() => openDataFolder({ path, ...kept })).toThrow(
      /^Data cannot be kept in .*\.local \(.*\)\. Choose a folder .* npm start -- --data <folder>$/,
    );
    expect(readFileSync(path, 'utf8')).toBe('a file');
  });

  it('says what to do where another user has left what this one may not write', async () => {
    openDataFolder({ path, ...kept }).release();
    mkdirSync(join(path, 'dynamodb'));
    writeFileSync(join(path, 'dynamodb', 'LOG'), '');
    for (const file of ['lock', join('dynamodb', 'LOG')]) {
      chmodSync(join(path, file), 0o400);
      const { code, errors } = await openAsNobody();
      expect(errors, file).toMatch(/^Data cannot be kept in .* npm start -- --data <folder>\n$/);
      expect(code).toBe(7);
      chmodSync(join(path, file), 0o666);
    }
  });

  it('refuses a disk that is nearly full before anything is written to it, and says so', () => {
    const freeBytes = () => 49 * 1024 * 1024;
    expect(() => openDataFolder({ path, ...kept, freeBytes })).toThrow(
      /^The disk that holds .*\.local is full: 49 MB are free, and 50 are needed\. .*--data <folder>/,
    );
    expect(readdirSync(path)).toEqual([]);
    vi.stubEnv('TMPDIR', path);
    expect(() => openDataFolder({ path, fresh: false, ephemeral: true, freeBytes })).toThrow(
      /TMPDIR=<folder> npm start -- --ephemeral/,
    );
    expect(readdirSync(path)).toEqual([]);
    vi.unstubAllEnvs();
  });

  it('asks the file system how much is free', () => {
    const asked: string[] = [];
    const freeBytes = (folder: string) => {
      asked.push(folder);
      return 50 * 1024 * 1024;
    };
    openDataFolder({ path, ...kept, freeBytes }).release();
    expect(asked).toEqual([path]);
    openDataFolder({ path, ...kept }).release();
  });

  it('says what to do where there is no folder for temporary files', async () => {
    const { code, errors } = await openElsewhere({ TMPDIR: join(path, 'missing') }, true);
    expect(errors).toMatch(
      /^No temporary folder can be made in .*missing \(ENOENT.*\)\. .*TMPDIR=<folder> npm start -- --ephemeral\n$/,
    );
    expect(code).toBe(7);
  });

  it('belongs to one process at a time, and is free again after kill -9', async () => {
    const script =
      "const { openDataFolder } = await import('./local/data-folder.ts');" +
      `openDataFolder({ path: ${JSON.stringify(path)}, fresh: false, ephemeral: false });` +
      "console.log('open'); setInterval(() => {}, 1000);";
    const other = spawn(process.execPath, ['--input-type=module', '-e', script]);
    await once(other.stdout, 'data');
    expect(() => openDataFolder({ path, ...kept })).toThrow(/Another Ordercast/);
    expect(() => openDataFolder({ path, fresh: true, ephemeral: false })).toThrow(/Another/);
    expect(readdirSync(path)).toContain('format.json');
    other.kill('SIGKILL');
    await once(other, 'exit');
    openDataFolder({ path, ...kept }).release();
  });
});
