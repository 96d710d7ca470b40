import type { NewReport, Report } from '@ordercast/contract/report.ts';
import { newReportSchema } from '@ordercast/contract/report.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { HeldCalls } from '../testing/held-calls.ts';
import { report } from '../testing/report-builder.ts';
import { NewReportDraft } from './new-report.svelte.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

/** Late in the evening of the 27th in Berlin, and early on the 28th in Auckland. */
const NOW = Date.parse('2026-11-27T21:30:00.000Z');

function draftAt(now = NOW) {
  const calls = new HeldCalls<[NewReport, string], Report>();
  let keys = 0;
  const draft = new NewReportDraft({
    api: { startReport: calls.call },
    timeZone: 'Europe/Berlin',
    now: () => now,
    newKey: () => `key-${(keys += 1)}`,
  });
  return { calls, draft };
}

const refusal = (errors: { path: string; message: string }[]) =>
  ApiError.ofAnswer(422, {
    type: 'about:blank',
    title: 'Unprocessable content',
    status: 422,
    detail: 'It does not fit.',
    instance: '/',
    requestId: 'r',
    errors,
  });

describe('a new report', () => {
  it('is of yesterday in its time zone until another day is chosen', () => {
    const { draft } = draftAt();
    expect(draft.date).toBe('2026-11-26');
    draft.timeZone = 'Pacific/Auckland';
    expect(draft.date).toBe('2026-11-27');
    draft.date = '2026-10-25';
    draft.timeZone = 'Europe/Berlin';
    expect(draft.date).toBe('2026-10-25');
  });

  it.each([
    ['daily', { kind: 'daily', date: '2026-11-26', timeZone: 'Europe/Berlin' }],
    ['ageing', { kind: 'ageing' }],
    [
      'export',
      { kind: 'export', from: '2026-11-19T23:00:00.000Z', to: '2026-11-26T23:00:00.000Z' },
    ],
  ] as const)('of the kind %s is asked for as the API takes it', async (kind, asked) => {
    const { calls, draft } = draftAt();
    draft.kind = kind;
    const run = draft.run();
    calls.at(0).answer(report(1));
    expect((await run)?.id).toBe(report(1).id);
    expect(calls.at(0).args).toEqual([asked, 'key-1']);
    expect(newReportSchema.safeParse(asked).success).toBe(true);
  });

  it('exports whole days of its time zone, the last one too, over a change of clocks', () => {
    const { calls, draft } = draftAt();
    draft.kind = 'export';
    draft.firstDay = '2026-10-25';
    draft.lastDay = '2026-10-25';
    draft.isGzipped = true;
    void draft.run();
    expect(calls.at(0).args[0]).toEqual({
      kind: 'export',
      from: '2026-10-24T22:00:00.000Z',
      to: '2026-10-25T23:00:00.000Z',
      gzip: true,
    });
  });

  it('is started once however often the button is pressed', async () => {
    const { calls, draft } = draftAt();
    void draft.run();
    expect(await draft.run()).toBeUndefined();
    expect([calls.all.length, draft.form.busy]).toEqual([1, true]);
  });

  it('goes under the same key until it is answered, and the next one under another', async () => {
    const { calls, draft } = draftAt();
    for (const failed of ['unreachable', 'unavailable'] as const) {
      const run = draft.run();
      calls.all.at(-1)?.fail(new ApiError(failed, 'No answer came.'));
      expect(await run).toBeUndefined();
      expect(draft.form.error).toContain('will not be run twice');
    }
    const third = draft.run();
    calls.at(2).answer(report(1));
    await third;
    void draft.run();
    expect(calls.all.map(({ args }) => args[1])).toEqual(['key-1', 'key-1', 'key-1', 'key-2']);
  });

  it('of other content goes under another key', async () => {
    const { calls, draft } = draftAt();
    const run = draft.run();
    calls.at(0).fail(new ApiError('unreachable', 'No answer came.'));
    await run;
    draft.date = '2026-11-20';
    void draft.run();
    expect(calls.all.map(({ args }) => args[1])).toEqual(['key-1', 'key-2']);
  });

  it('is not sent with a wrong field, and says so under it', async () => {
    const { calls, draft } = draftAt();
    draft.date = '';
    draft.timeZone = 'Atlantis';
    await draft.run();
    expect(draft.form.fieldErrors).toEqual({
      date: 'Enter a day.',
      timeZone: containing('Europe/Berlin'),
    });
    draft.kind = 'export';
    draft.timeZone = 'UTC';
    draft.firstDay = '2026-11-21';
    draft.lastDay = '2026-11-20';
    await draft.run();
    expect(draft.form.fieldErrors).toEqual({
      lastDay: containing('before the first'),
    });
    expect(calls.all.length).toBe(0);
  });

  it('shows under its field what the server finds wrong there', async () => {
    const { calls, draft } = draftAt();
    const run = draft.run();
    calls.at(0).fail(refusal([{ path: 'date', message: 'is skipped by the calendar there' }]));
    await run;
    expect([draft.form.error, draft.form.fieldErrors]).toEqual([
      undefined,
      { date: 'Is skipped by the calendar there.' },
    ]);
  });

  it('tells all above the fields where some of it has none', async () => {
    const { calls, draft } = draftAt();
    const run = draft.run();
    const unknown = { path: 'kind', message: 'is not known' };
    calls.at(0).fail(refusal([{ path: 'date', message: 'is wrong' }, unknown]));
    await run;
    expect(draft.form.error).toBe('It does not fit. Is wrong. Is not known.');
    expect(draft.form.fieldErrors).toEqual({});
  });
});
