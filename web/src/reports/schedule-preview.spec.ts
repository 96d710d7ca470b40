import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { SchedulePreview } from './schedule-preview.svelte.ts';

const TIMES = ['2026-11-30T05:00:00.000Z'];

function previewed() {
  const calls = new HeldCalls<[string, string], string[]>();
  const pauses = new HeldCalls<[], undefined>();
  const preview = new SchedulePreview({
    api: { previewSchedule: calls.call },
    typingPause: pauses.call,
  });
  return { calls, pauses, preview };
}

describe('the next times of a schedule', () => {
  it('are asked for once typing pauses, and not at each letter', async () => {
    const { calls, pauses, preview } = previewed();
    for (const text of ['c', 'cr', 'cron(0 6 * * ? *)']) void preview.show(text, 'UTC');
    for (const pause of pauses.all) pause.answer(undefined);
    await settled();
    expect(calls.all.map(({ args }) => args)).toEqual([['cron(0 6 * * ? *)', 'UTC']]);
    calls.at(0).answer(TIMES);
    await settled();
    expect([preview.times, preview.isLoading]).toEqual([TIMES, false]);
  });

  it('are those of what was typed last, however late an earlier answer comes', async () => {
    const { calls, pauses, preview } = previewed();
    void preview.show('rate(1 day)', 'UTC');
    pauses.at(0).answer(undefined);
    await settled();
    void preview.show('rate(2 days)', 'Europe/Berlin');
    pauses.at(1).answer(undefined);
    await settled();
    calls.at(1).answer(TIMES);
    await settled();
    calls.at(0).answer([]);
    await settled();
    expect([preview.times, preview.timeZone]).toEqual([TIMES, 'Europe/Berlin']);
  });

  it('give way to what is wrong with the expression, until it is right again', async () => {
    const { calls, pauses, preview } = previewed();
    const asked = preview.show('cron(0)', 'UTC');
    pauses.at(0).answer(undefined);
    await settled();
    const errors = [{ path: 'expression', message: 'needs six fields' }];
    const problem = {
      type: 'x',
      title: 't',
      status: 422,
      detail: 'd',
      instance: '/',
      requestId: 'r',
    };
    calls.at(0).fail(ApiError.ofAnswer(422, { ...problem, errors }));
    await asked;
    expect(preview.faults).toEqual({ expression: 'Needs six fields.' });
    expect(preview.error).toBeUndefined();
    void preview.show('rate(1 day)', 'UTC');
    pauses.at(1).answer(undefined);
    await settled();
    calls.at(1).answer(TIMES);
    await settled();
    expect(preview.faults).toEqual({});
  });

  it('are not asked for where there is nothing to ask, or nobody to tell', async () => {
    const { calls, pauses, preview } = previewed();
    await preview.show(' ', 'UTC');
    expect(preview.isLoading).toBe(false);
    void preview.show('rate(1 day)', 'UTC');
    preview.close();
    pauses.at(0).answer(undefined);
    await settled();
    expect(calls.all.length).toBe(0);
  });

  it('say why they could not be had', async () => {
    const { calls, pauses, preview } = previewed();
    const asked = preview.show('rate(1 day)', 'UTC');
    pauses.at(0).answer(undefined);
    await settled();
    calls.at(0).fail(new ApiError('unreachable', 'No answer came.'));
    await asked;
    expect([preview.error, preview.faults]).toEqual([expect.stringContaining('connection'), {}]);
  });
});
