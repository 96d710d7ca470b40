import { openDatabase } from '@ordercast/platform/database.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { S3Fate } from '../testing/faulty-s3.ts';
import { fixedReport } from '../testing/fixed-report.ts';
import { startReportBed } from '../testing/report-bed.ts';
import type { ReportBed } from '../testing/report-bed.ts';
import { runHeadline } from '../mail/run-headline.ts';
import { exportReport } from '../definition/export-report.ts';
import { keepRuns } from './keep-runs.ts';
import type { RunReportParts } from './run-report.ts';
import { runReport } from './run-report.ts';
import { cancelRun } from './run-store.ts';
import { LEASE_MS } from './take-up-run.ts';

/** A file of three parts. */
const BIG = 20_000;
const NOTHING = { objects: [], uploads: [] };
const never = new AbortController().signal;

let bed: ReportBed;
beforeEach(async () => {
  bed = await startReportBed();
});
afterEach(() => bed.close());

const work = (id: string, changes: Partial<RunReportParts> = {}, signal = never) =>
  runReport(bed.parts(changes), id, signal);

/** A report that waits at a page until the test goes on. */
function heldAt(page: number, rows = BIG) {
  const reached = Promise.withResolvers<undefined>();
  const goOn = Promise.withResolvers<undefined>();
  const definition = fixedReport({
    rows,
    onPage: (at): Promise<undefined> | undefined => {
      if (at !== page) return undefined;
      reached.resolve(undefined);
      return goOn.promise;
    },
  });
  return {
    definitionOf: () => definition,
    reached: reached.promise,
    goOn: () => goOn.resolve(undefined),
  };
}

describe('a run', () => {
  it.each([
    ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', 'UTC', '0001-01-01-to-9999-12-31'],
    ['1970-01-01T00:00:00Z', '1971-01-01T00:00:00Z', 'UTC', '1970-01-01-to-1970-12-31'],
    [
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
      'America/New_York',
      '0000-12-31-to-9999-12-31',
    ],
    ['9999-12-31T00:00:00Z', '9999-12-31T23:59:59Z', 'Asia/Tokyo', '9999-12-31-to-10000-01-01'],
  ])('of a period from %s to %s in %s is called by its days', async (from, to, timeZone, days) => {
    const id = await bed.queue({ from: Date.parse(from), to: Date.parse(to), timeZone });
    const definitionOf = () => exportReport;
    expect(await work(id, { definitionOf })).toBe('done');
    const run = await bed.run(id);
    const [csv] = run.files;
    expect(csv?.key).toBe(`reports/${id}/1/export-${days}.csv`);
    expect(await bed.textOf(csv?.key ?? '')).toContain('order_id');
    expect(runHeadline(run).title).toMatch(/^Orders from /);
  });

  it('is done with its files, told of, mailed, and leaves nothing else', async () => {
    const id = await bed.queue();
    expect(await work(id)).toBe('done');
    const run = await bed.run(id);
    expect(run).toMatchObject({ status: 'done', attempts: 1, rowsDone: 200, rowsTotal: 200 });
    const [csv] = run.files;
    expect(csv?.key).toBe(`reports/${id}/1/export-2026-11-21.csv`);
    expect(await bed.stored(id)).toEqual({ objects: [csv?.key], uploads: [] });
    const text = await bed.textOf(csv?.key ?? '');
    expect(text.startsWith('\ufeffnumber,text\r\n0,xxx')).toBe(true);
    expect(Buffer.byteLength(text)).toBe(csv?.bytes);
    expect([bed.planned, bed.sent]).toEqual([[id], [id]]);
    const events: { event: string }[] = await bed.database
      .db('outbox')
      .orderBy('id')
      .select('event');
    // Those of one millisecond are told apart by the run's version.
    const told = events.map(({ event }) => /"status":"(\w+)","version":(\d)/.exec(event)?.slice(1));
    expect(told.sort((a = [], b = []) => Number(a[1]) - Number(b[1]))).toEqual([
      ['running', '2'],
      ['running', '3'],
      ['done', '4'],
    ]);
  });

  it('notes its progress once a second by the clock, and renews its lease with it', async () => {
    const id = await bed.queue();
    const noted: number[] = [];
    const definition = fixedReport({
      rows: 1_000,
      onPage: async (page) => {
        noted.push((await bed.run(id)).rowsDone);
        if (page > 3) bed.now.ms += 1_000;
      },
    });
    await work(id, { definitionOf: () => definition });
    expect(noted).toEqual([0, 0, 0, 0, 0, 500, 600, 700, 800, 900]);
  });

  it('is worked on once, and no more are under way than may be', async () => {
    const ids = [await bed.queue(), await bed.queue()];
    const held = heldAt(1, 200);
    const first = work(ids[0] ?? '', { definitionOf: held.definitionOf, maxRunning: 1 });
    await held.reached;
    expect(await work(ids[0] ?? '')).toBe('taken');
    expect(await work(ids[1] ?? '', { maxRunning: 1 })).toBe('full');
    held.goOn();
    expect(await first).toBe('done');
    expect(await work(ids[1] ?? '', { maxRunning: 1 })).toBe('done');
  });

  it('keeps its lease while a query is slow', async () => {
    const id = await bed.queue();
    const held = heldAt(0, 200);
    const working = work(id, { definitionOf: held.definitionOf });
    await held.reached;
    for (let renewal = 0; renewal < 8; renewal += 1) {
      bed.now.ms += LEASE_MS / 4;
      const asked = bed.waits.askedMs.length;
      bed.waits.ring();
      await expect.poll(() => bed.waits.askedMs.length).toBeGreaterThan(asked);
    }
    expect(await work(id)).toBe('taken');
    held.goOn();
    expect(await working).toBe('done');
  });

  it.each([
    ['before its first row', 0],
    ['in the midst of its second part', 120],
  ])('that is cancelled %s leaves no file and says no more', async (_when, page) => {
    const id = await bed.queue();
    const held = heldAt(page);
    const working = work(id, { definitionOf: held.definitionOf });
    await held.reached;
    await cancelRun(bed.database.db, id, bed.now.ms);
    bed.waits.ring();
    expect(await working).toBe('lost');
    expect((await bed.run(id)).status).toBe('cancelled');
    expect(await bed.stored(id)).toEqual(NOTHING);
    expect(bed.sent).toEqual([]);
    expect(bed.logged.join('')).not.toContain('"level":"error"');
  });

  it('that is cancelled while its last file is completed leaves no file', async () => {
    const id = await bed.queue();
    bed.s3.setFault(async ({ operation }) => {
      if (operation === 'CompleteMultipartUpload') await cancelRun(bed.database.db, id, bed.now.ms);
      return 'pass' as const;
    });
    expect(await work(id, { definitionOf: () => fixedReport({ rows: BIG }) })).toBe('lost');
    expect(await bed.stored(id)).toEqual(NOTHING);
    expect(bed.planned).toEqual([]);
  });

  it('whose lease another process has taken is left to that one', async () => {
    const id = await bed.queue();
    const held = heldAt(120);
    const first = work(id, { definitionOf: held.definitionOf });
    await held.reached;
    bed.now.ms += LEASE_MS;
    expect(await work(id, { definitionOf: () => fixedReport({ rows: BIG }) })).toBe('done');
    held.goOn();
    expect(await first).toBe('lost');
    const run = await bed.run(id);
    const [csv] = run.files;
    expect(run).toMatchObject({ status: 'done', attempts: 2 });
    expect(await bed.stored(id)).toEqual({ objects: [csv?.key], uploads: [] });
    expect(bed.sent).toEqual([id]);
  });

  it('is given back at once by a process that is told to stop, even where a query hangs', async () => {
    const id = await bed.queue();
    const held = heldAt(120);
    const stopping = new AbortController();
    // A handle is closed when its query has ended.
    const queryEnded = Promise.withResolvers<undefined>();
    const openSnapshot = () => {
      const db = openDatabase(bed.database.url);
      const destroy = db.destroy.bind(db);
      const hangingDestroy = () => queryEnded.promise.then(() => destroy());
      return Object.defineProperty(db, 'destroy', { value: hangingDestroy });
    };
    const parts = { definitionOf: held.definitionOf, openSnapshot };
    const working = work(id, parts, stopping.signal);
    await held.reached;
    stopping.abort();
    await expect.poll(async () => (await bed.run(id)).status).toBe('queued');
    expect(await work(id)).toBe('done');
    queryEnded.resolve(undefined);
    expect(await working).toBe('requeued');
    const run = await bed.run(id);
    expect(run.attempts).toBe(2);
    expect(await bed.stored(id)).toEqual({ objects: [run.files[0]?.key], uploads: [] });
  });

  it('fails with a sentence for people and the error in the log alone', async () => {
    const id = await bed.queue();
    const definition = fixedReport({
      onPage: () => {
        throw new Error('secret detail of a row');
      },
    });
    expect(await work(id, { definitionOf: () => definition })).toBe('failed');
    const { status, failure } = await bed.run(id);
    expect({ status, failure }).toEqual({
      status: 'failed',
      failure:
        'The CSV file could not be written because of a fault in Ordercast: tell whoever looks after Ordercast.',
    });
    const line = bed.logged.find((one) => one.includes('a report failed')) ?? '';
    expect(line).toContain('secret detail of a row');
    expect(line).toContain(id);
    expect(line).toContain('"level":"error"');
    expect(await bed.stored(id)).toEqual(NOTHING);
  });
});

describe('a storage that is away', () => {
  const whileAway = (isMeant: (operation: string) => boolean, fate: S3Fate = 'lost') => {
    const state = { isAway: true, met: 0 };
    bed.s3.setFault(({ operation }): S3Fate => {
      if (!state.isAway || !isMeant(operation)) return 'pass';
      state.met += 1;
      return fate;
    });
    return state;
  };

  const moments: readonly [string, (operation: string) => boolean, S3Fate][] = [
    ['from the start', () => true, 'lost'],
    ['in the middle', (operation) => operation === 'UploadPart', 'lost'],
    ['at the end', (operation) => operation === 'CompleteMultipartUpload', 'lost'],
    ['after the last', (operation) => operation === 'CompleteMultipartUpload', 'unanswered'],
  ];
  it.each(moments)('%s is waited for, and one report comes of it', async (_when, isMeant, fate) => {
    const id = await bed.queue();
    const away = whileAway(isMeant, fate);
    const working = work(id, { definitionOf: () => fixedReport({ rows: BIG }) });
    await expect.poll(() => bed.waits.askedMs.some((ms) => ms < 2_001)).toBe(true);
    expect(away.met).toBeGreaterThan(0);
    away.isAway = false;
    bed.waits.ring();
    expect(await working).toBe('done');
    const run = await bed.run(id);
    expect(run.attempts).toBe(1);
    expect(await bed.stored(id)).toEqual({ objects: [run.files[0]?.key], uploads: [] });
    expect(bed.sent).toEqual([id]);
  });

  it('for too long fails the run, which says so in one sentence', async () => {
    const id = await bed.queue();
    whileAway(() => true);
    const working = work(id);
    await bed.waits.ringUntil(working);
    expect(await working).toBe('failed');
    expect((await bed.run(id)).failure).toBe(
      'The CSV file could not be written because the storage of files did not answer: run it again in some minutes.',
    );
    expect(bed.logged.filter((line) => line.includes('waits for what cannot'))).toHaveLength(5);
  });

  it('and refuses is not waited for', async () => {
    const id = await bed.queue();
    whileAway(() => true, { status: 403, code: 'AccessDenied' });
    expect(await work(id)).toBe('failed');
    expect((await bed.run(id)).failure).toContain('did not let Ordercast in');
  });

  it('when a finished run is swept is left to the keeper, who sweeps once no lease can write', async () => {
    const id = await bed.queue();
    const away = whileAway((operation) => operation.startsWith('List'));
    const held = heldAt(120);
    const first = work(id, { definitionOf: held.definitionOf });
    await held.reached;
    bed.now.ms += LEASE_MS;
    expect(await work(id)).toBe('done');
    away.isAway = false;
    await keepRuns(bed.keeper());
    expect((await bed.stored(id)).uploads).toHaveLength(1);
    bed.now.ms += LEASE_MS;
    await keepRuns(bed.keeper());
    expect(await bed.stored(id)).toEqual({
      objects: [(await bed.run(id)).files[0]?.key],
      uploads: [],
    });
    held.goOn();
    expect(await first).toBe('lost');
  });
});

describe('a database that is away', () => {
  const NOWHERE = 'mssql://app:pw@127.0.0.1:1/shop?encrypt=false';

  /** Reads are of a server that nobody can reach, until it is back. */
  function awayForReading() {
    const state = { isAway: true };
    const openSnapshot = () => openDatabase(state.isAway ? NOWHERE : bed.database.url);
    return { state, openSnapshot };
  }

  it('when the data is read is waited for, and one report comes of it', async () => {
    const id = await bed.queue();
    const { state, openSnapshot } = awayForReading();
    const working = work(id, { openSnapshot });
    await expect.poll(() => bed.waits.askedMs.some((ms) => ms < 2_001)).toBe(true);
    state.isAway = false;
    bed.waits.ring();
    expect(await working).toBe('done');
    const run = await bed.run(id);
    expect(run.attempts).toBe(1);
    expect(await bed.stored(id)).toEqual({ objects: [run.files[0]?.key], uploads: [] });
    expect(bed.sent).toEqual([id]);
  });

  it('for too long fails the run, which says so in one sentence', async () => {
    const id = await bed.queue();
    const working = work(id, { openSnapshot: awayForReading().openSnapshot });
    await bed.waits.ringUntil(working);
    expect(await working).toBe('failed');
    expect((await bed.run(id)).failure).toBe(
      'The figures of the report could not be read because the database did not answer: run it again in some minutes.',
    );
    expect(await bed.stored(id)).toEqual(NOTHING);
  });

  it('when the report is recorded is waited for, and it is recorded once', async () => {
    const id = await bed.queue();
    const impatient = openDatabase(bed.database.url, { lockTimeoutMs: 0 });
    const other = openDatabase(bed.database.url);
    const held = heldAt(0, 200);
    const working = work(id, { database: impatient, definitionOf: held.definitionOf });
    try {
      await held.reached;
      await other.raw('begin immediate');
      held.goOn();
      await expect.poll(() => bed.waits.askedMs.some((ms) => ms < 2_001)).toBe(true);
      expect((await bed.run(id)).status).toBe('running');
      await other.raw('rollback');
      bed.waits.ring();
      expect(await working).toBe('done');
      expect((await bed.run(id)).attempts).toBe(1);
      expect(bed.sent).toEqual([id]);
    } finally {
      await Promise.all([impatient.destroy(), other.destroy()]);
    }
  });
});
