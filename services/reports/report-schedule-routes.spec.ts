import { problemSchema } from '@ordercast/contract/problem.ts';
import {
  reportScheduleListSchema,
  reportScheduleSchema,
  scheduleTimesSchema,
} from '@ordercast/contract/report-schedule.ts';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { ADA, ALEX, SAM } from '../testing/test-api.ts';
import { startTestReportsApi } from '../testing/test-reports-api.ts';
import type { TestReportsApi } from '../testing/test-reports-api.ts';
import { takeOff } from './schedule/schedule-store.ts';

let api: TestReportsApi;
beforeAll(async () => {
  api = await startTestReportsApi();
});
afterAll(() => api.close());

/** Three times that come, whenever this runs. */
const SCHEDULE = {
  kind: 'daily',
  expression: 'cron(0 6 1 7 ? 2090-2092)',
  timeZone: 'europe/berlin',
  recipients: ['Ops@example.com', 'ada@example.com'],
};
const TIMES = ['2090-07-01T04:00:00.000Z', '2091-07-01T04:00:00.000Z', '2092-07-01T04:00:00.000Z'];

const put = (id: string, body: unknown = SCHEDULE, ifMatch?: string) =>
  api.call(ALEX, 'PUT', `/report-schedules/${id}`, {
    body,
    headers: ifMatch === undefined ? {} : { 'If-Match': ifMatch },
  });
const read = (id: string) => api.call(ALEX, 'GET', `/report-schedules/${id}`);

async function made(id: string) {
  const answer = await put(id);
  expect(answer.status).toBe(201);
  return reportScheduleSchema.parse(answer.body);
}

describe('who may', () => {
  test.each([
    ['GET', '/report-schedules', undefined],
    ['GET', '/report-schedules/daily-orders', undefined],
    ['PUT', '/report-schedules/by-staff', SCHEDULE],
    ['POST', '/report-schedules/preview', { expression: 'rate(1 day)', timeZone: 'UTC' }],
  ] as const)('%s %s is for admins alone', async (method, path, body) => {
    const options = body === undefined ? {} : { body };
    expect((await api.call(undefined, method, path, options)).status).toBe(401);
    expect((await api.call(ADA, method, path, options)).status).toBe(403);
    const staff = await api.call(SAM, method, path, options);
    expect(staff.status).toBe(403);
    expect(problemSchema.parse(staff.body).detail).toBe('Only admins may do this.');
    expect([200, 201, 404]).toContain((await api.call(ALEX, method, path, options)).status);
  });
});

describe('a schedule that is put', () => {
  it('is made, with its place, its tag, its recipients and its next three times', async () => {
    const changes = api.scheduleChanges();
    const answer = await put('made');
    expect(answer.status).toBe(201);
    expect(answer.headers.get('Location')).toBe('/report-schedules/made');
    expect(answer.headers.get('ETag')).toBe('"1"');
    expect(reportScheduleSchema.parse(answer.body)).toMatchObject({
      id: 'made',
      timeZone: 'Europe/Berlin',
      enabled: true,
      recipients: [
        { address: 'ops@example.com', state: 'active' },
        { address: 'ada@example.com', state: 'active' },
      ],
      nextTimes: TIMES,
      sync: { state: 'waiting' },
    });
    expect(api.scheduleChanges()).toBe(changes + 1);
    const again = await read('made');
    expect(again.body).toEqual(answer.body);
    expect(again.headers.get('ETag')).toBe('"1"');
    const list = reportScheduleListSchema.parse(
      (await api.call(ALEX, 'GET', '/report-schedules')).body,
    );
    expect(list.items.map(({ id }) => id)).toContain('made');
  });

  it('is replaced by who read it last, and by nobody else', async () => {
    await made('edited');
    const disabled = { ...SCHEDULE, enabled: false };
    const changes = api.scheduleChanges();
    const unread = await put('edited', disabled);
    expect(unread.status).toBe(428);
    const stale = await put('edited', disabled, '"7"');
    expect(stale.status).toBe(412);
    expect(api.scheduleChanges()).toBe(changes);
    const replaced = await put('edited', disabled, '"1"');
    expect(replaced.status).toBe(200);
    expect(replaced.headers.get('ETag')).toBe('"2"');
    expect(reportScheduleSchema.parse(replaced.body)).toMatchObject({
      enabled: false,
      nextTimes: [],
    });
    expect((await put('edited', SCHEDULE, '"1"')).status).toBe(412);
    expect((await put('edited', SCHEDULE, '*')).status).toBe(200);
    expect((await put('not-there', SCHEDULE, '"1"')).status).toBe(412);
    expect((await put('not-there', SCHEDULE, '*')).status).toBe(412);
    expect((await read('not-there')).status).toBe(404);
  });

  it('is edited once where eight edit the same version at once', async () => {
    await made('raced');
    // Nobody knows her yet: all eight have read the version while the user pool is asked who she is.
    const eve = { sub: 'sub-eve', name: 'Eve', email: 'eve@example.com', groups: ['admins'] };
    const edit = () =>
      api.call(eve, 'PUT', '/report-schedules/raced', {
        body: SCHEDULE,
        headers: { 'If-Match': '"1"' },
      });
    const answers = await Promise.all(Array.from({ length: 8 }, edit));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
  });

  it('keeps the state of an address that stays on the list', async () => {
    await made('bounced');
    const reason = 'The mail came back.';
    const off = { address: 'ops@example.com', state: 'bounced', reason, at: 0 } as const;
    await takeOff(api.database.db, off);
    const { recipients } = reportScheduleSchema.parse((await read('bounced')).body);
    expect(recipients[0]).toMatchObject({ state: 'bounced', reason });
    const tag = (await read('bounced')).headers.get('ETag') ?? '';
    const body = { ...SCHEDULE, recipients: ['ops@example.com', 'new@example.com'] };
    const replaced = await put('bounced', body, tag);
    expect(reportScheduleSchema.parse(replaced.body).recipients).toMatchObject([
      { address: 'ops@example.com', state: 'bounced', reason },
      { address: 'new@example.com', state: 'active', reason: null },
    ]);
  });

  it('names all that is wrong with it at once, each by its path, and changes nothing', async () => {
    const changes = api.scheduleChanges();
    const answer = await put('wrong', {
      kind: 'export',
      expression: 'cron(0 8 * * * *)',
      timeZone: 'Europe/Atlantis',
      recipients: ['ada@example.com', 'eve'],
    });
    expect(answer.status).toBe(422);
    const { errors = [] } = problemSchema.parse(answer.body);
    expect(errors.map(({ path }) => path)).toEqual([
      'expression',
      'timeZone',
      'recipients.1',
      'period',
    ]);
    expect((await read('wrong')).status).toBe(404);
    expect(api.scheduleChanges()).toBe(changes);
  });

  test.each([
    ['a name with capitals', 'Daily', SCHEDULE, ['id']],
    ['a name of one letter', 'a', SCHEDULE, ['id']],
    ['an unknown field', 'unknown-field', { ...SCHEDULE, cron: 'x' }, ['cron']],
    ['no recipients', 'no-list', { ...SCHEDULE, recipients: undefined }, ['recipients']],
  ])('is refused with 400 for %s', async (_what, id, body, paths) => {
    const answer = await put(id, body);
    expect(answer.status).toBe(400);
    const { errors = [] } = problemSchema.parse(answer.body);
    expect(errors.map(({ path }) => path)).toEqual(paths);
  });
});

describe('a preview', () => {
  const preview = (expression: string, timeZone = 'Europe/Berlin') =>
    api.call(ALEX, 'POST', '/report-schedules/preview', { body: { expression, timeZone } });

  it('tells the next three times, fewer where it ends', async () => {
    const three = await preview(SCHEDULE.expression);
    expect(scheduleTimesSchema.parse(three.body)).toEqual({ nextTimes: TIMES });
    const one = await preview('at(2090-07-01T06:00:00)');
    expect(scheduleTimesSchema.parse(one.body)).toEqual({ nextTimes: TIMES.slice(0, 1) });
  });

  it('leaves out a time that spring skips, and tells one that autumn repeats once', async () => {
    // The clocks of Berlin go forward on 26 March 2090 at two, and back on 29 October at three.
    const spring = await preview('cron(30 2 25-27 3 ? 2090)');
    expect(scheduleTimesSchema.parse(spring.body).nextTimes).toEqual([
      '2090-03-25T01:30:00.000Z',
      '2090-03-27T00:30:00.000Z',
    ]);
    const autumn = await preview('cron(30 2 29 10 ? 2090)');
    expect(scheduleTimesSchema.parse(autumn.body).nextTimes).toHaveLength(1);
  });

  it('says by path what would never run', async () => {
    const never = await preview('cron(0 0 31 2 ? *)', 'Mars/Olympus');
    expect(never.status).toBe(422);
    const { errors = [] } = problemSchema.parse(never.body);
    expect(errors.map(({ path }) => path)).toEqual(['timeZone']);
    const past = await preview('at(2020-01-01T00:00:00)');
    expect(problemSchema.parse(past.body).errors?.[0]?.path).toBe('expression');
  });
});
