import { describe, expect, it } from 'vitest';
import { createFloodGuard } from './flood-guard.ts';

function counted(verdicts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

describe('a flood of messages', () => {
  it('is let through as a burst, then refused, then ends the connection, again for every 300 more', () => {
    const guard = createFloodGuard({ messagesPerMinute: 300, clock: () => 0 });
    const verdicts = Array.from({ length: 3000 }, () => guard('a'));
    expect(counted(verdicts)).toEqual({ pass: 100, refuse: 300, close: 9, ignore: 2591 });
    expect([verdicts.indexOf('close'), verdicts.indexOf('close', 401)]).toEqual([400, 700]);
  });

  it('of one connection costs another nothing', () => {
    const guard = createFloodGuard({ messagesPerMinute: 300, clock: () => 0 });
    for (let count = 0; count < 1000; count += 1) guard('a');
    expect(guard('b')).toBe('pass');
  });

  it('is forgiven at the rate of the budget', () => {
    let now = 0;
    const guard = createFloodGuard({ messagesPerMinute: 300, clock: () => now });
    for (let count = 0; count < 150; count += 1) guard('a');
    now = 1000;
    const verdicts = Array.from({ length: 10 }, () => guard('a'));
    expect(counted(verdicts)).toEqual({ pass: 5, refuse: 5 });
    now = 60_000 * 2;
    expect(counted(Array.from({ length: 101 }, () => guard('a')))).toEqual({
      pass: 100,
      refuse: 1,
    });
  });

  it('is forgotten once its sender was quiet for as long as the burst takes to fill again', () => {
    let now = 0;
    const guard = createFloodGuard({ messagesPerMinute: 300, clock: () => now });
    const flood = (messages: number) => counted(Array.from({ length: messages }, () => guard('a')));
    for (let floods = 0; floods < 5; floods += 1) {
      expect(flood(400)).toEqual({ pass: 100, refuse: 300 });
      now += 20_000;
    }
    flood(400);
    now += 19_000;
    expect(flood(96)).toEqual({ pass: 95, close: 1 });
  });

  it('of a sender who never rests is not forgotten, however long it lasts', () => {
    let now = 0;
    const guard = createFloodGuard({ messagesPerMinute: 300, clock: () => now });
    const verdicts: string[] = [];
    for (; now < 200_000; now += 1_000) {
      for (let message = 0; message < 7; message += 1) verdicts.push(guard('a'));
    }
    // The burst, five a second after it, and two too many each second until the end.
    const { pass = 0, ...others } = counted(verdicts);
    expect(others).toEqual({ refuse: 300, close: 1, ignore: 7 * 200 - pass - 301 });
    expect(pass).toBeLessThanOrEqual(100 + 5 * 200);
  });
});
