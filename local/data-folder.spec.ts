import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATA_FORMAT, DataFolderError, openDataFolder } from './data-folder.ts';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'ordercast-spec-')), '.local');
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

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
      /newer Ordercast .* npm start -- --fresh/,
    );
    expect(readFileSync(join(path, 'order'), 'utf8')).toBe('kept');
    openDataFolder({ path, fresh: true, ephemeral: false }).release();
  });

  it('refuses a format file that it cannot read', () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'format.json'), '{"form');
    expect(() => openDataFolder({ path, ...kept })).toThrow(DataFolderError);
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
