import { request } from 'node:http';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { problemSchema } from '@ordercast/contract/problem.ts';
import {
  reportDetailSchema,
  reportDownloadSchema,
  reportEventDataSchema,
  reportMailSchema,
  reportPageSchema,
  reportSchema,
} from '@ordercast/contract/report.ts';
import type { TestUser } from '@ordercast/platform/testing/test-user-pool.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { claimOutbox } from '../outbox/outbox.ts';
import { signLink } from './link/report-link.ts';
import { ADA, ALEX, SAM } from '../testing/test-api.ts';
import { failTestRun, finishTestRun, mailTestRun } from '../testing/test-report-runs.ts';
import { TEST_BUCKET, startTestReportsApi } from '../testing/test-reports-api.ts';
import type { TestReportsApi } from '../testing/test-reports-api.ts';

let api: TestReportsApi;
beforeAll(async () => {
  api = await startTestReportsApi();
});
afterAll(() => api.close());

const DAILY = { kind: 'daily', date: '2026-11-21' };
const NOBODYS_ID = '01HF7YAT000000000000000000';

async function ask(body: unknown = DAILY, user: TestUser = SAM) {
  const answer = await api.call(user, 'POST', '/reports', { body });
  expect(answer.status).toBe(202);
  return reportSchema.parse(answer.body);
}

async function asked(headers: Record<string, string>, body: unknown = DAILY, user = SAM) {
  const answer = await api.call(user, 'POST', '/reports', { body, headers });
  return { ...answer, id: answer.status === 202 ? reportSchema.parse(answer.body).id : undefined };
}

const pathsOf = (body: unknown) =>
  z
    .object({ errors: z.array(z.object({ path: z.string() })) })
    .parse(body)
    .errors.map(({ path }) => path);

/** What was told of a run, oldest first. */
async function toldOf(id: string) {
  const rows = await claimOutbox(api.database.db, { limit: 1000, held: new Set<string>() });
  return rows
    .filter(({ event }) => event.includes(id))
    .map(({ channels, event, traceparent }) => ({
      channels: z.array(z.string()).parse(JSON.parse(channels)),
      event: z
        .object({ type: z.string(), subject: z.string(), data: z.unknown() })
        .parse(JSON.parse(event)),
      text: event,
      traceparent,
    }));
}

describe('who may', () => {
  const CALLS = [
    ['GET', '/reports', undefined],
    ['POST', '/reports', DAILY],
    ['GET', `/reports/${NOBODYS_ID}`, undefined],
    ['GET', `/reports/${NOBODYS_ID}/download?format=csv`, undefined],
    ['DELETE', `/reports/${NOBODYS_ID}`, undefined],
    ['POST', `/reports/${NOBODYS_ID}/mails`, { address: 'ada@example.com' }],
  ] as const;

  test.each(CALLS)('%s %s is for staff and admins', async (method, path, body) => {
    const options = body === undefined ? {} : { body };
    const nobody = await api.call(undefined, method, path, options);
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
    const customer = await api.call(ADA, method, path, options);
    expect(customer.status).toBe(403);
    expect(problemSchema.parse(customer.body).instance).toBe(path.split('?')[0]);
    for (const user of [SAM, ALEX]) {
      const { status } = await api.call(user, method, path, options);
      expect([200, 202, 404]).toContain(status);
    }
  });

  it('a customer is refused before the body has come', async () => {
    const call = request(`${api.url}/reports`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${api.pool.tokenFor(ADA)}`,
        'Content-Type': 'application/json',
        'Content-Length': '1000',
      },
    });
    onTestFinished(() => void call.destroy());
    const status = new Promise((resolve, reject) => {
      call.once('response', ({ statusCode }) => resolve(statusCode)).once('error', reject);
    });
    call.write('{');
    expect(await status).toBe(403);
  });
});

describe('asking for a report', () => {
  it('answers 202 with a run that is queued and started, and tells the channel of it in the same commit', async () => {
    const [commits, starts] = [api.commits(), api.started.length];
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await api.call(SAM, 'POST', '/reports', {
      body: DAILY,
      headers: { traceparent },
    });
    expect(answer.status).toBe(202);
    const run = reportSchema.parse(answer.body);
    expect(run).toMatchObject({
      kind: 'daily',
      status: 'queued',
      version: 1,
      from: '2026-11-20T23:00:00.000Z',
      to: '2026-11-21T23:00:00.000Z',
      timeZone: 'Europe/Berlin',
      by: { name: 'Sam Stockton', self: true },
      scheduleId: null,
      files: [],
    });
    expect(answer.headers.get('Location')).toBe(`/reports/${run.id}`);
    expect(answer.headers.get('Idempotency-Replayed')).toBeNull();
    expect(api.started.slice(starts).map(({ id }) => id)).toEqual([run.id]);
    expect(api.commits()).toBe(commits + 1);
    const [told, ...more] = await toldOf(run.id);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      channels: ['reports'],
      event: { type: 'report.updated', subject: run.id },
      traceparent,
    });
    const data = reportEventDataSchema.parse(told?.event.data);
    expect(data).toEqual({ ...run, by: { name: 'Sam Stockton' } });
    expect(told?.text).not.toContain(SAM.sub);
    const seenByAnother = await api.call(ALEX, 'GET', `/reports/${run.id}`);
    expect(reportDetailSchema.parse(seenByAnother.body).by).toEqual({ name: 'Sam Stockton' });
    expect(seenByAnother.text).not.toContain(SAM.sub);
  });

  it('keeps neither a run nor an event where one of the two cannot be written', async () => {
    const broken = await startTestReportsApi();
    onTestFinished(() => broken.close());
    await broken.database.db.schema.dropTable('outbox');
    const { status } = await broken.call(SAM, 'POST', '/reports', { body: DAILY });
    expect(status).toBe(500);
    expect(await broken.database.db('reports').select('id')).toEqual([]);
    expect(broken.started).toEqual([]);
  });

  it('takes an export of instants or days, and what is open now', async () => {
    const days = await ask({ kind: 'export', from: '2026-11-01', to: '2026-11-22T08:30:00+01:00' });
    expect(days).toMatchObject({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-22T07:30:00.000Z',
    });
    expect(await ask({ kind: 'ageing' })).toMatchObject({ kind: 'ageing', from: null });
    expect(await ask({ ...DAILY, timeZone: 'america/new_york' })).toMatchObject({
      from: '2026-11-21T05:00:00.000Z',
      timeZone: 'America/New_York',
    });
  });

  test.each<[string, unknown, string[]]>([
    ['a day that no calendar has', { kind: 'daily', date: '2026-02-30' }, ['date']],
    [
      'a day that a zone skipped',
      { kind: 'daily', date: '2011-12-30', timeZone: 'Pacific/Apia' },
      ['date'],
    ],
    ['no zone', { ...DAILY, timeZone: 'Europe/Atlantis' }, ['timeZone']],
    ['an offset as a zone', { ...DAILY, timeZone: '+01:00' }, ['timeZone']],
    [
      'a period that ends before it begins',
      { kind: 'export', from: '2026-11-02', to: '2026-11-01' },
      ['from'],
    ],
    [
      'instants that are none',
      { kind: 'export', from: 'yesterday', to: '2026-13-01' },
      ['from', 'to'],
    ],
    ['a field that it does not have', { kind: 'ageing', gzip: true }, ['gzip']],
    ['an unknown report', { kind: 'weekly' }, ['kind']],
  ])('refuses %s with 400, by its path', async (_what, body, paths) => {
    const answer = await api.call(SAM, 'POST', '/reports', { body });
    expect(answer.status).toBe(400);
    expect(pathsOf(answer.body)).toEqual(paths);
  });

  it('makes one run and starts it once for fifty of the same key at once, and says which are repeats', async () => {
    const starts = api.started.length;
    const headers = { 'Idempotency-Key': 'fifty' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => asked(headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(api.started).toHaveLength(starts + 1);
    const replayed = answers.filter(
      (answer) => answer.headers.get('Idempotency-Replayed') === 'true',
    );
    expect(replayed).toHaveLength(49);
    expect(await toldOf(answers[0]?.id ?? '')).toHaveLength(1);
  });

  it('refuses the same key with another report, and takes it as new from another person', async () => {
    const headers = { 'Idempotency-Key': 'shared' };
    const first = await asked(headers);
    const other = await asked(headers, { ...DAILY, date: '2026-11-20' });
    expect(other.status).toBe(422);
    expect(pathsOf(other.body)).toEqual(['Idempotency-Key']);
    const anothers = await asked(headers, DAILY, ALEX);
    expect(anothers.status).toBe(202);
    expect(anothers.id).not.toBe(first.id);
    expect(anothers.headers.get('Idempotency-Replayed')).toBeNull();
    expect((await asked({ 'Idempotency-Key': '' })).status).toBe(400);
    expect((await asked({ 'Idempotency-Key': 'k'.repeat(256) })).status).toBe(400);
  });

  it('answers 202 and leaves the run queued where it cannot be started', async () => {
    const starting = await startTestReportsApi({
      start: () => Promise.reject(new Error('No capacity')),
    });
    onTestFinished(() => starting.close());
    const answer = await starting.call(SAM, 'POST', '/reports', { body: DAILY });
    expect(answer.status).toBe(202);
    const { id } = reportSchema.parse(answer.body);
    const read = await starting.call(SAM, 'GET', `/reports/${id}`);
    expect(reportDetailSchema.parse(read.body).status).toBe('queued');
    expect(starting.logged.join('')).toContain('No capacity');
  });
});

describe('reading runs', () => {
  it('pages through them, newest first, each once', async () => {
    const paged = await startTestReportsApi();
    onTestFinished(() => paged.close());
    const ids: string[] = [];
    for (let day = 1; day <= 5; day += 1) {
      const body = { kind: 'daily', date: `2026-11-0${day}` };
      const answer = await paged.call(SAM, 'POST', '/reports', { body });
      ids.unshift(reportSchema.parse(answer.body).id);
    }
    const pages: string[][] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await paged.call(SAM, 'GET', `/reports?limit=2${query}`);
      expect(page.status).toBe(200);
      const { items, nextCursor } = reportPageSchema.parse(page.body);
      pages.push(items.map(({ id }) => id));
      cursor = nextCursor;
    }
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
  });

  test.each(['limit=0', 'limit=201', 'limit=x', 'cursor=x'])('refuses ?%s', async (query) => {
    const answer = await api.call(SAM, 'GET', `/reports?${query}`);
    expect(answer.status).toBe(400);
    expect(pathsOf(answer.body)).toEqual([query.split('=')[0]]);
  });

  test.each([NOBODYS_ID, 'no-id', '0'.repeat(26)])('answers 404 for %s', async (id) => {
    for (const path of [`/reports/${id}`, `/reports/${id}/download?format=csv`]) {
      expect((await api.call(SAM, 'GET', path)).status).toBe(404);
    }
    expect((await api.call(SAM, 'DELETE', `/reports/${id}`)).status).toBe(404);
  });

  it('shows why a run failed', async () => {
    const { id } = await ask();
    await failTestRun(api, id, 'The database was too slow.');
    const read = await api.call(SAM, 'GET', `/reports/${id}`);
    expect(reportDetailSchema.parse(read.body)).toMatchObject({
      status: 'failed',
      failure: 'The database was too slow.',
    });
  });
});

/** `20261128T082534Z` */
function amazonDate(stamp: string): number {
  return Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
}

describe('downloading a report', () => {
  const download = (id: string, query = '?format=csv') =>
    api.call(SAM, 'GET', `/reports/${id}/download${query}`);

  it('gives a URL that anybody can read the file by, until the time that it names', async () => {
    const { id } = await ask();
    await finishTestRun(api, id);
    for (const format of ['csv', 'pdf']) {
      const answer = await download(id, `?format=${format}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
      const { url, expiresAt } = reportDownloadSchema.parse(answer.body);
      const { searchParams } = new URL(url);
      expect(searchParams.get('X-Amz-Expires')).toBe('300');
      const signedAt = amazonDate(searchParams.get('X-Amz-Date') ?? '');
      // Its word is kept by the URL, which says the same in other words.
      expect(Date.parse(expiresAt)).toBeLessThanOrEqual(signedAt + 300_000);
      expect(Date.parse(expiresAt)).toBeGreaterThan(signedAt);
      const file = await fetch(url);
      expect(file.status).toBe(200);
      expect(await file.text()).toBe(`daily-2026-11-21.${format}`);
      expect(file.headers.get('Content-Disposition')).toBe(
        `attachment; filename="daily-2026-11-21.${format}"`,
      );
    }
  });

  it('answers 409 before the run is done and 400 without a format', async () => {
    const { id } = await ask();
    const early = await download(id);
    expect(early.status).toBe(409);
    expect(problemSchema.parse(early.body).detail).toContain('queued');
    const unnamed = await download(id, '');
    expect(unnamed.status).toBe(400);
    expect(pathsOf(unnamed.body)).toEqual(['format']);
    expect((await download(id, '?format=docx')).status).toBe(400);
  });

  it('answers 404 for a format that the run lacks, and 410 once the file is gone', async () => {
    const { id } = await ask();
    const [key] = await finishTestRun(api, id, ['csv']);
    expect((await download(id, '?format=pdf')).status).toBe(404);
    await api.s3.client.send(new DeleteObjectCommand({ Bucket: TEST_BUCKET, Key: key }));
    const gone = await download(id);
    expect(gone.status).toBe(410);
    expect(problemSchema.parse(gone.body).type).toBe('urn:ordercast:problem:report-gone');
  });

  it('answers 503 while the files cannot be reached', async () => {
    const away = await startTestReportsApi();
    onTestFinished(() => away.database.close());
    const answer = await away.call(SAM, 'POST', '/reports', { body: DAILY });
    const { id } = reportSchema.parse(answer.body);
    await finishTestRun(away, id);
    await away.s3.close();
    const refused = await away.call(SAM, 'GET', `/reports/${id}/download?format=csv`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('Retry-After')).toBe('5');
  });
});

describe('cancelling', () => {
  it('ends a run, once told, however often it is asked', async () => {
    const { id } = await ask();
    const first = await api.call(SAM, 'DELETE', `/reports/${id}`);
    expect(first.status).toBe(200);
    expect(reportSchema.parse(first.body)).toMatchObject({ status: 'cancelled', version: 2 });
    const second = await api.call(ALEX, 'DELETE', `/reports/${id}`);
    expect(second.status).toBe(200);
    expect(reportSchema.parse(second.body)).toMatchObject({ status: 'cancelled', version: 2 });
    const told = await toldOf(id);
    expect(told.map(({ event }) => reportEventDataSchema.parse(event.data).status)).toEqual([
      'queued',
      'cancelled',
    ]);
  });

  it('answers 409 for a run that has ended', async () => {
    const done = await ask();
    await finishTestRun(api, done.id, ['csv']);
    const failed = await ask();
    await failTestRun(api, failed.id, 'No.');
    for (const { id } of [done, failed]) {
      const answer = await api.call(SAM, 'DELETE', `/reports/${id}`);
      expect(answer.status).toBe(409);
      expect((await toldOf(id)).length).toBe(1);
    }
  });
});

describe('sending a mail again', () => {
  const resend = (id: string, address: string) =>
    api.call(SAM, 'POST', `/reports/${id}/mails`, { body: { address } });

  it('lets one wait of which nobody knows whether it went, and only once', async () => {
    const { id } = await ask();
    await finishTestRun(api, id);
    const address = SAM.email;
    await mailTestRun(api, id, { address, status: 'unconfirmed' });
    const read = await api.call(SAM, 'GET', `/reports/${id}`);
    expect(reportDetailSchema.parse(read.body).mails).toMatchObject([
      { address, status: 'unconfirmed', reason: 'Nobody knows.' },
    ]);
    const first = await resend(id, address);
    expect(first.status).toBe(202);
    expect(reportMailSchema.parse(first.body)).toMatchObject({ address, status: 'waiting' });
    expect(api.resumed).toEqual([id]);
    expect((await resend(id, address)).status).toBe(409);
    expect(api.resumed).toEqual([id]);
  });

  it('answers 404 for an address without a mail, and 409 for who gets the report no more', async () => {
    const { id } = await ask();
    await finishTestRun(api, id);
    expect((await resend(id, 'nobody@example.com')).status).toBe(404);
    await mailTestRun(api, id, { address: 'gone@example.com', status: 'unconfirmed' });
    const answer = await resend(id, 'gone@example.com');
    expect(answer.status).toBe(409);
    expect(problemSchema.parse(answer.body).type).toBe('urn:ordercast:problem:not-a-recipient');
    const body = { address: 'a@example.com', more: 1 };
    const unknown = await api.call(SAM, 'POST', `/reports/${id}/mails`, { body });
    expect(pathsOf(unknown.body)).toEqual(['more']);
  });
});

it('logs neither a token nor the link of a mail', async () => {
  const { id } = await ask();
  await finishTestRun(api, id);
  const link = await signLink(api.keys, {
    runId: id,
    address: SAM.email,
    issuedAt: Date.parse('2026-11-22'),
    expiresAt: Date.parse('2090-01-01'),
  });
  const page = await fetch(`${api.url}/report-links/${link}`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('PDF');
  const logged = api.logged.join('');
  expect(logged).toContain('/report-links/:token');
  expect(logged).not.toContain(link);
  expect(logged).not.toContain(api.pool.tokenFor(SAM).slice(-40));
});
