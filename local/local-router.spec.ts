import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localAddresses } from './addresses.ts';
import { openLocalOrigin } from './local-origin.ts';
import type { LocalOrigin } from './local-origin.ts';
import { localRouter } from './local-router.ts';

let origin: LocalOrigin;
let url: string;
let logged: object[];
beforeEach(async () => {
  origin = await openLocalOrigin(0);
  url = `http://localhost:${origin.port}`;
  logged = [];
  const failing = express.Router();
  failing.get('/state.json', () => Promise.reject(new Error('no such table: outbox')));
  failing.post('/told', (_request, response) => void response.sendStatus(200));
  failing.get('/half', (_request, response) => {
    response.write('half');
    throw new Error('the rest is lost');
  });
  const { handle, handleUpgrade } = localRouter({
    addresses: localAddresses(origin.port, 'https://orders.example'),
    stage: 'realtime',
    reportsApi: express(),
    api: express(),
    cognito: { handle: () => Promise.resolve() },
    gateway: { handleRequest: () => false, handleUpgrade: () => undefined },
    s3: { handlePresigned: () => Promise.resolve() },
    console: failing,
    singlePageApp: express.Router().get('/page', (_request, response) => {
      response.sendFile('local-router.ts', { root: import.meta.dirname });
    }),
    publicPageApp: express.Router(),
    log: { error: (entry: object) => void logged.push(entry) },
  });
  origin.serve(handle, handleUpgrade);
});
afterEach(() => origin.close(0));

describe('a part of the local origin', () => {
  it('that fails tells the log why, and the caller nothing', async () => {
    const response = await fetch(`${url}/console/state.json`);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('Something went wrong; the log says what.\n');
    expect(logged).toEqual([{ err: new Error('no such table: outbox') }]);
  });

  it('that fails half-way ends the answer without an end', async () => {
    const response = await fetch(`${url}/console/half`);
    await expect(response.text()).rejects.toThrow();
    expect(logged).toEqual([{ err: new Error('the rest is lost') }]);
  });

  it('that has no such thing says so in plain text', async () => {
    const response = await fetch(`${url}/<b>nothing</b>`, { method: 'POST' });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(await response.text()).toBe('There is nothing here.\n');
  });

  it('that cannot give what is asked of a file says so, and it is no failure', async () => {
    const response = await fetch(`${url}/page`, { headers: { Range: 'bytes=99999999-' } });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toMatch(/^bytes \*\/\d+$/);
    expect(await response.text()).not.toContain('node_modules');
    expect(logged).toEqual([]);
  });
});

describe('the console', () => {
  it.each(['http://evil.example', 'null', 'https://orders.example'])(
    'is for no page of %s',
    async (Origin) => {
      for (const method of ['GET', 'POST']) {
        const response = await fetch(`${url}/console/told`, { method, headers: { Origin } });
        expect(response.status).toBe(403);
      }
    },
  );

  it('is for its own page, and for programs of this machine', async () => {
    for (const headers of [{ Origin: url }, new Headers()]) {
      const response = await fetch(`${url}/console/told`, { method: 'POST', headers });
      expect(response.status).toBe(200);
    }
  });
});

describe('the management API of connections', () => {
  it.each(['GET', 'POST', 'DELETE'])('is for no page of a stranger: %s', async (method) => {
    for (const origin of ['http://evil.example', 'null']) {
      const path = `${url}/realtime/@connections/L0SM9cOFvHcCIhw=`;
      const response = await fetch(path, { method, headers: { Origin: origin } });
      expect(response.status).toBe(403);
    }
  });
});
