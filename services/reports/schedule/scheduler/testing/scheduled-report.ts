import type { ScheduledReport } from '../scheduler.ts';

/** The daily report at eight in Berlin. */
export function scheduledReport(changes: Partial<ScheduledReport> = {}): ScheduledReport {
  return {
    id: 'daily-orders',
    kind: 'daily',
    expression: 'cron(0 8 * * ? *)',
    timeZone: 'Europe/Berlin',
    enabled: true,
    updatedAt: Date.parse('2026-11-28T07:30:00Z'),
    ...changes,
  };
}
