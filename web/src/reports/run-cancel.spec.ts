import type { Report } from '@ordercast/contract/report.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { HeldCalls } from '../testing/held-calls.ts';
import { report } from '../testing/report-builder.ts';
import { RunCancel } from './run-cancel.svelte.ts';

const matching = (text: RegExp): unknown => expect.stringMatching(text);

function cancelling() {
  const calls = new HeldCalls<[string], Report>();
  const adopted: Report[] = [];
  let reloads = 0;
  const cancel = new RunCancel({
    api: { cancelReport: calls.call },
    adopt: (run) => adopted.push(run),
    reload: () => Promise.resolve(void (reloads += 1)),
  });
  return { calls, adopted, cancel, reloads: () => reloads };
}

describe('cancelling a run', () => {
  it('asks first, and nothing happens where the person lets it run', async () => {
    const { calls, cancel } = cancelling();
    cancel.ask(report(1));
    cancel.keep();
    await cancel.confirm();
    expect([cancel.asked, calls.all.length]).toEqual([undefined, 0]);
  });

  it('is done once, however often it is confirmed', async () => {
    const { calls, adopted, cancel } = cancelling();
    cancel.ask(report(1));
    const first = cancel.confirm();
    cancel.ask(report(1));
    await cancel.confirm();
    expect([calls.all.length, cancel.isBusy(report(1))]).toEqual([1, true]);
    calls.at(0).answer(report(1, { status: 'cancelled', version: 2 }));
    await first;
    expect(cancel.isBusy(report(1))).toBe(false);
    expect(adopted.map(({ status }) => status)).toEqual(['cancelled']);
    expect(cancel.notice).toEqual({
      kind: 'success',
      text: matching(/: cancelled\.$/),
    });
  });

  it.each([
    [new ApiError('conflict', 'It has ended.', 409), 'warning', /had ended before/],
    [new ApiError('unreachable', 'No answer came.'), 'warning', /^No answer came/],
    [new ApiError('forbidden', 'Only staff.', 403), 'error', /^Only staff/],
  ])(
    'that is refused (%s) says what came of it, after a look at what is so now',
    async (cause, kind, text) => {
      const { calls, cancel, reloads } = cancelling();
      cancel.ask(report(1));
      const done = cancel.confirm();
      calls.at(0).fail(cause);
      await done;
      expect(cancel.notice).toEqual({ kind, text: matching(text) });
      expect(reloads()).toBe(1);
    },
  );
});
