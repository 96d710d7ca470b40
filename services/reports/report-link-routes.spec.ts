import { connect } from 'node:net';
import { createLogger } from '@ordercast/platform/logger.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../http/create-app.ts';
import { listen } from '../http/listen.ts';
import type { Listening } from '../http/listen.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { signLink } from './link/report-link.ts';
import {
  BY_SAM,
  BY_SCHEDULE,
  RUN_AT,
  SCHEDULE_ID,
  insertFinishedRun,
  insertPeople,
  testUlids,
} from './mail/testing/finished-run.ts';
import { LINKS, secretOf, testKeys } from './mail/testing/mail-scene.ts';
import { reportLinkRoutes } from './report-link-routes.ts';
import type { ReportRun } from './run/report-run.ts';
import { findSchedule, putSchedule, takeOff } from './schedule/schedule-store.ts';
import { schedulePut } from './schedule/testing/schedule-put.ts';

const WEEK_MS = LINKS.linkLifeMs;
const ADA = 'ada@example.com';
const ONE_CLICK = 'List-Unsubscribe=One-Click';

let database: TestDatabase;
let server: Listening;
let logged: string[];
let now: number;
let secret: string;
let run: ReportRun;
/** Keys of the files that lie in the storage. */
let stored: Set<string>;
beforeEach(async () => {
  database = await openTestDatabase();
  await insertPeople(database.db);
  run = await insertFinishedRun(database.db, BY_SCHEDULE);
  [logged, now, secret] = [[], RUN_AT, secretOf('a')];
  stored = new Set(run.files.map(({ key }) => key));
  const log = createLogger('test', { destination: { write: (line) => void logged.push(line) } });
  const app = createApp({
    routes: [],
    openRoutes: {},
    openPages: reportLinkRoutes({
      database: database.db,
      keys: keys(),
      links: LINKS,
      presign: (_run, { key }) =>
        Promise.resolve(
          stored.has(key) ? `https://s3.example.com/${key}?X-Amz-Expires=300` : undefined,
        ),
      clock: () => now,
      log,
    }),
    authenticate: () => Promise.reject(new Error('Nobody is asked who they are')),
    corsOrigins: ['https://app.example.com'],
    newRequestId: () => 'request',
    isDraining: () => false,
    maxInFlight: 10,
    log,
  });
  server = await listen(app, { port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  await server.close();
  await database.close();
});

const keys = () =>
  testKeys(
    () => secret,
    () => now,
  );
const tokenFor = (address = ADA, { id } = run) =>
  signLink(keys(), { runId: id, address, issuedAt: now, expiresAt: RUN_AT + WEEK_MS });
const ask = (path: string, options: RequestInit = {}) =>
  fetch(`${server.url}/report-links/${path}`, { redirect: 'manual', ...options });
async function pageOf(path: string, options: RequestInit = {}) {
  const answer = await ask(path, options);
  const html = await answer.text();
  const title = /<h1>\s*<bdi>([^<]*)<\/bdi>/.exec(html)?.[1];
  return { status: answer.status, title, html, headers: answer.headers };
}
const statesOf = async () =>
  (await findSchedule(database.db, SCHEDULE_ID))?.recipients.map(({ state }) => state);

describe('a link of a mail', () => {
  it('opens a page with the files, without a sign-in', async () => {
    const token = await tokenFor();
    const { status, title, html, headers } = await pageOf(token);
    expect([status, title]).toEqual([200, 'Orders of 2026-11-21 (Europe/Berlin)']);
    expect(html).toContain(`href="https://api.example.com/report-links/${token}/pdf"`);
    expect(html).toContain('until Sunday, 29 November 2026 at 08:00 (Europe/Berlin)');
    expect(headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Set-Cookie')).toBeNull();
    expect(headers.get('Content-Security-Policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]+='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(html).not.toMatch(/<script|onload|javascript:/);
  });

  it.each(['pdf', 'csv'])(
    'leads to a URL of the %s that is signed at that moment',
    async (format) => {
      const answer = await ask(`${await tokenFor()}/${format}`);
      const key = run.files.find((file) => file.format === format)?.key;
      expect(answer.status).toBe(302);
      expect(answer.headers.get('Location')).toBe(
        `https://s3.example.com/${key}?X-Amz-Expires=300`,
      );
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
      expect(answer.headers.get('Referrer-Policy')).toBe('no-referrer');
      expect(await answer.text()).toBe('');
    },
  );

  it('answers HEAD as GET, without its body', async () => {
    const token = await tokenFor();
    const page = await ask(token, { method: 'HEAD' });
    expect([page.status, await page.text()]).toEqual([200, '']);
    expect(Number(page.headers.get('Content-Length'))).toBeGreaterThan(1000);
    expect((await ask(`${token}/pdf`, { method: 'HEAD' })).status).toBe(302);
    expect((await ask('x', { method: 'HEAD' })).status).toBe(404);
  });

  it('is good to its last moment, and then says when it was and where to go', async () => {
    const token = await tokenFor();
    now = RUN_AT + WEEK_MS - 1;
    expect((await ask(`${token}/pdf`)).status).toBe(302);
    now = RUN_AT + WEEK_MS;
    for (const path of [token, `${token}/pdf`]) {
      const { status, title, html } = await pageOf(path);
      expect([status, title]).toEqual([410, 'This link has expired']);
      expect(html).toContain('until Sunday, 29 November 2026 at 08:00 (Europe/Berlin)');
      expect(html).toContain('href="https://app.example.com/"');
    }
  });

  it('says so where its file is deleted', async () => {
    stored.clear();
    const { status, title } = await pageOf(`${await tokenFor()}/pdf`);
    expect([status, title]).toEqual([410, 'This file is not kept any more']);
  });

  it('works for the person who asked for the report, at the address that they have', async () => {
    const asked = await insertFinishedRun(database.db, BY_SAM, { ulids: testUlids(8) });
    stored = new Set(asked.files.map(({ key }) => key));
    const token = await tokenFor('sam@example.com', asked);
    expect((await ask(`${token}/csv`)).status).toBe(302);
    await database.db('people').where({ sub: 'sam' }).update({ email: 'other@example.com' });
    expect((await ask(`${token}/csv`)).status).toBe(404);
  });
});

describe('every link that is none gets the same answer', () => {
  it.each([
    ['nonsense', () => Promise.resolve('nonsense')],
    [
      'an altered one',
      async () => (await tokenFor()).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ],
    [
      'one of another key',
      () =>
        signLink(
          testKeys(() => secretOf('z')),
          { runId: run.id, address: ADA, issuedAt: RUN_AT, expiresAt: RUN_AT + WEEK_MS },
        ),
    ],
    ['one for somebody who never was a recipient', () => tokenFor('eve@example.com')],
    [
      'one of a run that is not there',
      () => tokenFor(ADA, { ...run, id: '01HF7YAT00000000000000000Z' }),
    ],
    [
      'one of a recipient who was removed',
      async () => {
        const token = await tokenFor();
        expect((await ask(token)).status).toBe(200);
        await putSchedule(
          database.db,
          schedulePut({ id: SCHEDULE_ID, expected: 1, addresses: ['bob@example.com'] }),
        );
        return token;
      },
    ],
    [
      'one of a recipient whose mails came back',
      async () => {
        await takeOff(database.db, { address: ADA, state: 'bounced', reason: 'x', at: now });
        return tokenFor();
      },
    ],
    [
      'one of a run that was cancelled after all',
      async () => {
        await database.db('reports').update({ status: 'cancelled' });
        return tokenFor();
      },
    ],
    ['one with bytes that are no text', () => Promise.resolve('2.%00%ff')],
  ])('%s', async (_what, make) => {
    const token = await make();
    const isText = !token.includes('%ff');
    for (const path of [token, `${token}/pdf`, `${token}/https:`, `${token}/..%2f..%2fevil`]) {
      const { status, title, html, headers } = await pageOf(path);
      expect(status, path).toBe(isText ? 404 : 400);
      expect(headers.get('Location')).toBeNull();
      if (isText) {
        expect(title).toBe('This link does not work');
        expect(html).toContain('href="https://app.example.com/"');
      }
    }
  });

  it('leads nowhere but to the storage, whatever the path says', async () => {
    const token = await tokenFor();
    for (const end of [
      '//evil.example',
      'https:%2f%2fevil.example',
      'pdf%0d%0aLocation:%20x',
      'PDF',
      'pdf?to=https://evil.example',
    ]) {
      const answer = await ask(`${token}/${end}`);
      const location = answer.headers.get('Location');
      if (end.startsWith('pdf?')) expect(location).toMatch(/^https:\/\/s3\.example\.com\//);
      else expect([answer.status, location]).toEqual([404, null]);
    }
  });

  it('shows nothing of what it was asked for', async () => {
    const { html } = await pageOf('%3Cscript%3Ealert(1)%3C%2Fscript%3E');
    expect(html).not.toMatch(/script|alert/);
  });

  it('says so where the database or the keys are away, and is logged without the link', async () => {
    const token = await tokenFor();
    await database.db.schema.renameTable('report_mails', 'away');
    await database.db.schema.renameTable('reports', 'also_away');
    const { status, title } = await pageOf(token);
    expect([status, title]).toEqual([503, 'This cannot be shown now']);
    expect(logged.join('')).toContain('a report link cannot be answered');
    expect(logged.join('')).not.toContain(token.slice(0, 20));
  });
});

describe('who unsubscribes', () => {
  const post = (token: string, body = ONE_CLICK) =>
    pageOf(`${token}/unsubscribe`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });

  it('is asked first: what follows every link of a mail changes nothing', async () => {
    const token = await tokenFor();
    for (const method of ['GET', 'HEAD']) await ask(`${token}/unsubscribe`, { method });
    await ask(token);
    expect(await statesOf()).toEqual(['active', 'active']);
    const { status, html } = await pageOf(`${token}/unsubscribe`);
    expect(status).toBe(200);
    expect(html).toContain('<form method="post">');
    expect(html).toContain(ADA);
  });

  it('is off that schedule by one request without a cookie, of any kind of form, and any number of times', async () => {
    await putSchedule(database.db, schedulePut({ id: 'another', addresses: [ADA] }));
    const token = await tokenFor();
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    expect(await post(token)).toMatchObject({ status: 200, title: 'You are unsubscribed' });
    expect((await pageOf(`${token}/unsubscribe`, { method: 'POST', body: form })).status).toBe(200);
    expect((await pageOf(`${token}/unsubscribe`, { method: 'POST' })).status).toBe(200);
    expect(await statesOf()).toEqual(['unsubscribed', 'active']);
    const other = await findSchedule(database.db, 'another');
    expect(other?.recipients[0]?.state).toBe('active');
    expect((await findSchedule(database.db, SCHEDULE_ID))?.version).toBe(2);
    // The link to the report ends with it.
    expect((await ask(`${token}/pdf`)).status).toBe(404);
  });

  it('can do so by an old mail', async () => {
    const token = await tokenFor();
    now += 60 * WEEK_MS;
    expect((await pageOf(`${token}/unsubscribe`)).status).toBe(200);
    expect((await post(token)).status).toBe(200);
    expect(await statesOf()).toEqual(['unsubscribed', 'active']);
  });

  it('is nobody else', async () => {
    expect((await post(await tokenFor('eve@example.com'))).status).toBe(404);
    expect((await post('nonsense')).status).toBe(404);
    expect(await statesOf()).toEqual(['active', 'active']);
  });

  it('has nothing to leave where a person asked for the report', async () => {
    const asked = await insertFinishedRun(database.db, BY_SAM, { ulids: testUlids(8) });
    const token = await tokenFor('sam@example.com', asked);
    expect((await pageOf(`${token}/unsubscribe`)).title).toBe('Nothing to unsubscribe from');
    expect((await post(token)).status).toBe(404);
  });

  it('cannot do so with more than 64 KB', async () => {
    const token = await tokenFor();
    expect((await post(token, 'x'.repeat(64 * 1024))).status).toBe(200);
    expect((await post(token, 'x'.repeat(64 * 1024 + 1))).status).toBe(413);
  });

  it('must use the method that is meant for it', async () => {
    const token = await tokenFor();
    const put = await ask(`${token}/unsubscribe`, { method: 'PUT' });
    expect([put.status, put.headers.get('Allow')]).toEqual([405, 'GET, HEAD, POST']);
    const posted = await ask(`${token}/pdf`, { method: 'POST' });
    expect([posted.status, posted.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('who is put on the list again', () => {
  const put = (expected: number, addresses: readonly string[]) =>
    putSchedule(database.db, schedulePut({ id: SCHEDULE_ID, expected, addresses, at: now }));
  const bob = 'bob@example.com';
  const statusesOf = async (token: string) => [
    (await ask(token)).status,
    (await ask(`${token}/pdf`)).status,
  ];

  it.each([
    ['they unsubscribed', true],
    ['they were removed', false],
  ])('opens no link of before %s, even one of the same second', async (_why, unsubscribes) => {
    const [token, bobs] = [await tokenFor(), await tokenFor(bob)];
    now += 1;
    if (unsubscribes) await ask(`${token}/unsubscribe`, { method: 'POST' });
    else await put(1, [bob]);
    if (unsubscribes) await put(2, [bob]);
    const removed = unsubscribes ? 3 : 2;
    await put(removed, [bob, ADA]);
    expect(await statesOf()).toEqual(['active', 'active']);
    expect(await statusesOf(token)).toEqual([404, 404]);
    expect(await statusesOf(await tokenFor())).toEqual([200, 302]);
    // Nor does a later edit end the links of who stays.
    const newer = await tokenFor();
    now += 60_000;
    await put(removed + 1, [bob, ADA]);
    expect(await statusesOf(newer)).toEqual([200, 302]);
    expect(await statusesOf(bobs)).toEqual([200, 302]);
  });

  it('can leave it by an old mail', async () => {
    const token = await tokenFor();
    now += 1;
    await put(1, [bob]);
    await put(2, [bob, ADA]);
    for (let time = 1; time <= 2; time += 1) {
      expect((await ask(`${token}/unsubscribe`, { method: 'POST' })).status).toBe(200);
      expect(await statesOf()).toEqual(['active', 'unsubscribed']);
    }
  });

  it('keeps links where it was not kept since when they are on the list', async () => {
    const recipients = [{ address: ADA, state: 'active', at: null, reason: null }];
    await database
      .db('report_schedules')
      .where({ id: SCHEDULE_ID })
      .update({ recipients: JSON.stringify(recipients) });
    expect(await statusesOf(await tokenFor())).toEqual([200, 302]);
  });
});

describe('the log of requests', () => {
  it('names what was asked for without the link, whatever came of it', async () => {
    const token = await tokenFor();
    for (const path of [
      token,
      `${token}/pdf`,
      `${token}/unsubscribe`,
      `${token}x`,
      `${token}/a/b`,
    ]) {
      await (await ask(path)).text();
    }
    await raw(`GET /report-links/${token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(logged.length).toBeGreaterThanOrEqual(6);
    expect(logged.join('')).toContain('"route":"/report-links/:token/:format"');
    expect(logged.join('')).not.toContain(token.slice(2, 30));
    expect(logged.join('')).not.toContain(token.slice(-30));
    expect(logged.join('')).not.toContain(ADA);
  });
});

/** What is answered to bytes that `fetch` would not send. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(server.port, '127.0.0.1', () => void socket.write(request));
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
    socket.once('error', reject).once('close', () => resolve(answer));
  });
}
