import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { singlePageApp } from './single-page-app.ts';

const CONFIG = {
  region: 'us-east-1',
  userPoolId: 'pool',
  userPoolClientId: 'client',
  identityPoolId: 'identities',
  cognitoEndpoint: 'http://localhost:1/cognito',
  apiUrl: 'http://localhost:1/api',
  realtimeUrl: 'ws://localhost:1/realtime',
};

let folder: string;
let server: Server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
  // A folder that begins with a dot, above the page's, must not hide it.
  const dist = join(folder, '.worktrees', 'dist');
  mkdirSync(join(dist, 'assets'), { recursive: true });
  const write = (name: string, text: string) => {
    writeFileSync(join(dist, name), text);
    writeFileSync(join(dist, `${name}.br`), brotliCompressSync(text));
    writeFileSync(join(dist, `${name}.gz`), gzipSync(text));
  };
  write('index.html', 'the page');
  write('assets/index-12345678.js', 'the script');
  writeFileSync(join(dist, 'robots.txt'), 'the robots');
  writeFileSync(join(dist, '.built-from.json'), 'the stamp');
  server = express().use(singlePageApp(CONFIG, dist)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function ask(path: string, headers: Record<string, string> = {}) {
  const url = `http://127.0.0.1:${portOf(server)}${path}`;
  // fetch undoes the encoding.
  const response = await fetch(url, { headers: { 'Accept-Encoding': 'identity', ...headers } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('the page', () => {
  it.each([
    ['/', 'the page', 'no-cache'],
    ['/index.html', 'the page', 'no-cache'],
    ['/orders/12?q=a', 'the page', 'no-cache'],
    ['/.built-from.json', 'the page', 'no-cache'],
    ['/robots.txt', 'the robots', 'no-cache'],
    ['/assets/index-12345678.js', 'the script', 'public, max-age=31536000, immutable'],
    ['/config.json', JSON.stringify(CONFIG), 'no-store'],
  ])('is served at %s and may be kept as long as it stays the same', async (path, text, kept) => {
    const answer = await ask(path);
    expect([answer.status, answer.text]).toEqual([200, text]);
    expect(answer.headers.get('cache-control')).toBe(kept);
  });

  it.each(['/', '/orders/12?q=a', '/assets/index-12345678.js?v=1'])(
    'comes compressed at %s to whoever takes that, and is asked for once more by its ETag',
    async (path) => {
      const plain = await ask(path);
      for (const [accepted, encoding] of [
        ['gzip, deflate, br, zstd', 'br'],
        ['gzip, br;q=0', 'gzip'],
        ['zstd', null],
      ] as const) {
        const answer = await ask(path, { 'Accept-Encoding': accepted });
        expect(answer.text).toBe(plain.text);
        expect(answer.headers.get('content-encoding')).toBe(encoding);
        expect(answer.headers.get('vary')).toBe('Accept-Encoding');
        for (const name of ['content-type', 'cache-control', 'content-security-policy']) {
          expect(answer.headers.get(name), name).toBe(plain.headers.get(name));
        }
        const etag = answer.headers.get('etag') ?? '';
        const again = await ask(path, {
          'Accept-Encoding': accepted,
          'If-None-Match': etag,
          // By itself fetch would say no-cache, which a reload does that wants all anew.
          'Cache-Control': 'max-age=0',
        });
        expect([again.status, again.text]).toEqual([304, '']);
      }
    },
  );

  it('comes as it is where it has no compressed copy', async () => {
    const answer = await ask('/robots.txt', { 'Accept-Encoding': 'br' });
    expect([answer.text, answer.headers.get('content-encoding')]).toEqual(['the robots', null]);
  });

  it('has no page for an asset that is gone, nor for what lies above its folder', async () => {
    expect((await ask('/assets/index-00000000.js')).status).toBe(404);
    expect((await ask('/assets/..%2findex.html', { 'Accept-Encoding': 'br' })).status).toBe(404);
  });
});
