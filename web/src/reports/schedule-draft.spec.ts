import type { PutReportSchedule, ReportSchedule } from '@ordercast/contract/report-schedule.ts';
import { putReportScheduleSchema } from '@ordercast/contract/report-schedule.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { schedule } from '../testing/report-builder.ts';
import { ScheduleDraft } from './schedule-draft.svelte.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

const BOUNCED = {
  address: 'gone@example.com',
  state: 'bounced',
  at: '2026-11-21T05:00:00.000Z',
  reason: 'user unknown',
} as const;

function openDraft(id: string | undefined) {
  const reads = new HeldCalls<[string], ReportSchedule>();
  const puts = new HeldCalls<[string, PutReportSchedule, number | undefined], ReportSchedule>();
  const syncPauses = new HeldCalls<[], undefined>();
  const draft = new ScheduleDraft({
    id,
    api: {
      readSchedule: reads.call,
      putSchedule: puts.call,
      previewSchedule: () => Promise.resolve([]),
    },
    timeZone: 'Europe/Berlin',
    typingPause: () => Promise.resolve(),
    syncPause: syncPauses.call,
  });
  const close = draft.open();
  return { reads, puts, syncPauses, draft, close };
}

async function draftOf(read: ReportSchedule) {
  const opened = openDraft(read.id);
  opened.reads.at(0).answer(read);
  await settled();
  return opened;
}

describe('a schedule being edited', () => {
  it('is saved on the version that was read, and then on the one that came of that', async () => {
    const { puts, draft } = await draftOf(schedule());
    draft.expression = ' rate(1 day) ';
    const save = draft.save();
    expect(puts.at(0).args).toEqual([
      'daily-orders',
      expect.objectContaining({ expression: 'rate(1 day)', period: null, gzip: false }),
      3,
    ]);
    expect(putReportScheduleSchema.safeParse(puts.at(0).args[1]).success).toBe(true);
    puts.at(0).answer(schedule({ version: 4, expression: 'rate(1 day)' }));
    await save;
    expect(draft.isSaved).toBe(true);
    draft.edited();
    expect(draft.isSaved).toBe(false);
    void draft.save();
    expect(puts.at(1).args[2]).toBe(4);
  });

  it('keeps what was edited where somebody else was first, until the person gives it up', async () => {
    const { reads, puts, draft } = await draftOf(schedule());
    draft.expression = 'rate(2 days)';
    const save = draft.save();
    puts.at(0).fail(new ApiError('stale', 'Changed.', 412));
    expect(await save).toBeUndefined();
    expect([draft.isStale, draft.expression]).toEqual([true, 'rate(2 days)']);
    expect(draft.form.error).toContain('not saved');
    void draft.load();
    reads.at(1).answer(schedule({ version: 9, expression: 'rate(5 days)' }));
    await settled();
    expect([draft.isStale, draft.expression, draft.form.error]).toEqual([
      false,
      'rate(5 days)',
      undefined,
    ]);
    void draft.save();
    expect(puts.at(1).args[2]).toBe(9);
  });

  it('that is new is made only where there is none of its name', async () => {
    const { puts, draft } = openDraft(undefined);
    draft.id = 'Daily orders';
    await draft.save();
    expect(draft.form.fieldErrors).toEqual({ id: containing('daily-orders') });
    draft.id = 'daily-orders';
    const save = draft.save();
    expect(puts.at(0).args[2]).toBeUndefined();
    puts.at(0).fail(new ApiError('stale', 'There is one.', 412));
    await save;
    expect(draft.form.fieldErrors).toEqual({ id: containing('already') });
    expect(draft.isStale).toBe(false);
  });

  it('has a period and compression only as an export', async () => {
    const { puts, draft } = await draftOf(schedule({ kind: 'export', period: 'week', gzip: true }));
    void draft.save();
    expect(puts.at(0).args[1]).toMatchObject({ kind: 'export', period: 'week', gzip: true });
    puts.at(0).answer(schedule({ kind: 'export', period: 'week', gzip: true, version: 4 }));
    await settled();
    draft.kind = 'daily';
    void draft.save();
    expect(puts.at(1).args[1]).toMatchObject({ kind: 'daily', period: null, gzip: false });
  });

  it('shows under its fields what the server finds wrong, and names the address that is meant', async () => {
    const { puts, draft } = await draftOf(schedule({ recipients: [BOUNCED] }));
    const save = draft.save();
    const problem = {
      type: 'x',
      title: 't',
      status: 422,
      detail: 'd',
      instance: '/',
      requestId: 'r',
    };
    const errors = [
      { path: 'expression', message: 'needs six fields' },
      { path: 'recipients.0', message: 'must be one mail address' },
    ];
    puts.at(0).fail(ApiError.ofAnswer(422, { ...problem, errors }));
    await save;
    expect(draft.form.fieldErrors).toEqual({
      expression: 'Needs six fields.',
      address: 'gone@example.com: must be one mail address.',
    });
  });
});

describe('the recipients of a schedule', () => {
  it('are added one by one, each once, and only where they look like an address', async () => {
    const { draft } = await draftOf(schedule({ recipients: [BOUNCED] }));
    for (const typed of ['ada', 'Gone@Example.com']) {
      draft.address = typed;
      expect(await draft.addAddress()).toBe(false);
      expect(draft.form.fieldErrors.address).toBeDefined();
    }
    draft.address = ' ada@example.com ';
    expect(await draft.addAddress()).toBe(true);
    expect(draft.recipients.map(({ address }) => address)).toEqual([
      'gone@example.com',
      'ada@example.com',
    ]);
    expect(draft.address).toBe('');
  });

  it('who bounced are what they were when they are put on again before it is saved', async () => {
    const { draft } = await draftOf(schedule({ recipients: [BOUNCED] }));
    draft.removeAddress(BOUNCED.address);
    draft.address = BOUNCED.address;
    await draft.addAddress();
    expect(draft.recipients).toEqual([BOUNCED]);
  });

  it('count also where one is still being typed when it is saved', async () => {
    const { puts, draft } = await draftOf(schedule());
    draft.address = 'ada@example.com';
    void draft.save();
    expect(puts.at(0).args[1].recipients).toEqual(['ada@example.com']);
    draft.address = 'no address';
    puts.at(0).answer(schedule({ version: 4 }));
    await settled();
    await draft.save();
    expect([puts.all.length, Object.keys(draft.form.fieldErrors)]).toEqual([1, ['address']]);
  });
});

describe('whether the scheduler follows', () => {
  const waiting = schedule({ sync: { state: 'waiting', at: null, failure: null } });

  it('is looked at again until it does, and leaves alone what is edited', async () => {
    const { reads, syncPauses, draft } = await draftOf(waiting);
    draft.expression = 'rate(3 days)';
    syncPauses.at(0).answer(undefined);
    await settled();
    const failed = { state: 'failed', at: null, failure: 'No role.' } as const;
    reads.at(1).answer({ ...waiting, sync: failed });
    await settled();
    expect([draft.saved?.sync, draft.expression]).toEqual([failed, 'rate(3 days)']);
    expect(syncPauses.all.length).toBe(1);
  });

  it('takes over no other version, so that saving still tells of it', async () => {
    const { reads, puts, syncPauses, draft } = await draftOf(waiting);
    syncPauses.at(0).answer(undefined);
    await settled();
    reads.at(1).answer(schedule({ version: 8 }));
    await settled();
    void draft.save();
    expect(puts.at(0).args[2]).toBe(3);
  });

  it('is not looked at once the page is left', async () => {
    const { reads, syncPauses, close } = await draftOf(waiting);
    close();
    syncPauses.at(0).answer(undefined);
    await settled();
    expect([reads.all.length, syncPauses.all.length]).toEqual([1, 1]);
  });
});
