import type { DailyFigures } from '@ordercast/contract/report-figures.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import type { UlidSource } from '@ordercast/platform/ulid.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import type { Knex } from 'knex';
import { keepPerson } from '../../../people/people-store.ts';
import type { Asker, ReportRun } from '../../run/report-run.ts';
import { claimRun, findRun, finishRun, insertRun } from '../../run/run-store.ts';
import { putSchedule } from '../../schedule/schedule-store.ts';
import { schedulePut } from '../../schedule/testing/schedule-put.ts';
import { planMails } from '../plan-mails.ts';

export const RUN_AT = Date.parse('2026-11-22T07:00:00.000Z');
export const SCHEDULE_ID = 'daily-orders';
export const BY_SCHEDULE: Asker = { kind: 'schedule', scheduleId: SCHEDULE_ID };
export const BY_SAM: Asker = { kind: 'person', sub: 'sam', name: 'Sam Stockton' };

/** Ids of a test's own. */
export function testUlids(seed = 1): UlidSource {
  return createUlidSource({ clock: () => RUN_AT, random: seededRandom(seed) });
}

export const FIGURES: DailyFigures = {
  date: '2026-11-21',
  timeZone: 'Europe/Berlin',
  from: '2026-11-20T23:00:00.000Z',
  to: '2026-11-21T23:00:00.000Z',
  readAt: '2026-11-22T06:59:00.000Z',
  totals: [
    {
      currency: 'EUR',
      orders: 1284,
      revenue: 4_518_250,
      cancelledOrders: 12,
      cancelledTotal: 38_900,
    },
  ],
  comparisons: [],
  hours: [],
  stays: [],
  products: [],
  otherProducts: [],
};

/** Alex the admin, Sam, and the schedule that mails Ada and Bob. */
export async function insertPeople(db: Knex): Promise<void> {
  await keepPerson(db, { sub: 'alex', name: 'Alex', email: 'alex@example.com' }, RUN_AT);
  await keepPerson(db, { sub: 'sam', name: 'Sam Stockton', email: 'Sam@example.com' }, RUN_AT);
  await putSchedule(db, schedulePut({ id: SCHEDULE_ID, at: RUN_AT }));
}

/** A daily report that is done, with its mails planned. */
export async function insertFinishedRun(
  db: Knex,
  asker: Asker,
  {
    ulids = testUlids(),
    figures = JSON.stringify(FIGURES),
  }: { ulids?: UlidSource; figures?: string } = {},
): Promise<ReportRun> {
  const id = ulids.at(RUN_AT);
  const scope = {
    kind: 'daily',
    from: Date.parse(FIGURES.from),
    to: Date.parse(FIGURES.to),
    timeZone: FIGURES.timeZone,
    gzip: false,
  } as const;
  await insertRun(db, { ...scope, id, triggerKey: id, asker }, RUN_AT);
  const claim = { owner: id, now: RUN_AT, leaseMs: 60_000, maxRunning: 2 };
  const lease = await claimRun(db, id, claim);
  if (typeof lease === 'string') throw new Error(`The run is ${lease}`);
  const key = (format: string) => `reports/${id}/1/daily-2026-11-21.${format}`;
  const files = [
    { format: 'pdf', key: key('pdf'), bytes: 84_120 },
    { format: 'csv', key: key('csv'), bytes: 12_034 },
  ] as const;
  await db.transaction(async (trx) => {
    await finishRun(trx, lease, { files, figures, rows: 30, now: RUN_AT });
    const run = await findRun(trx, id);
    if (run !== undefined) await planMails(trx, run, { ulids, now: RUN_AT });
  });
  const run = await findRun(db, id);
  if (run === undefined) throw new Error('The run is not there');
  return run;
}
