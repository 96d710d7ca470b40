import type { SchedulePut } from '../schedule-store.ts';

/** Monday to Friday at eight in Berlin, the daily report to Ada and Bob. */
export function schedulePut({
  content,
  ...changes
}: Partial<Omit<SchedulePut, 'content'>> & {
  content?: Partial<SchedulePut['content']>;
} = {}): SchedulePut {
  return {
    id: 'daily-orders',
    addresses: ['ada@example.com', 'bob@example.com'],
    expected: 'none',
    by: 'alex',
    at: Date.parse('2026-11-28T07:00:00.000Z'),
    ...changes,
    content: {
      kind: 'daily',
      expression: 'cron(0 8 ? * MON-FRI *)',
      timeZone: 'Europe/Berlin',
      period: null,
      gzip: false,
      enabled: true,
      ...content,
    },
  };
}
