import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

it('serves every path of the page from below a folder that begins with a dot, too', async () => {
  const root = join(mkdtempSync(join(tmpdir(), 'ordercast-spec-')), '.worktrees', 'ordercast');
  onTestFinished(() => rmSync(join(root, '..', '..'), { recursive: true }));
  mkdirSync(join(root, 'local'), { recursive: true });
  mkdirSync(join(root, 'web', 'dist'), { recursive: true });
  writeFileSync(join(root, 'web', 'dist', 'index.html'), 'the page');
  cpSync(join(ROOT, 'local', 'single-page-app.ts'), join(root, 'local', 'single-page-app.ts'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(
    join(root, 'local', 'serve.ts'),
    `import express from 'express';
    import { singlePageApp } from './single-page-app.ts';
    const url = 'http://localhost:1';
    const config = { apiUrl: url, cognitoEndpoint: url, realtimeUrl: url.replace('http', 'ws') };
    const server = express().use(singlePageApp(config)).listen(0, '127.0.0.1', async () => {
      for (const path of ['/', '/orders/12']) {
        const answer = await fetch('http://127.0.0.1:' + server.address().port + path);
        console.log(path, answer.status, await answer.text());
      }
      process.exit();
    });`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'local', 'serve.ts')]);
  expect(stdout.split('\n')).toEqual(['/ 200 the page', '/orders/12 200 the page', '']);
});
