import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scheduler } from './scheduler.ts';
import { scheduledReport } from './testing/scheduled-report.ts';

/** What every scheduler must do with schedules, whatever it is made of. */
export function schedulerContract(
  open: () => Promise<{ scheduler: Scheduler; close: () => Promise<void> }>,
): void {
  describe('a scheduler', () => {
    let bed: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      bed = await open();
    });
    afterEach(() => bed.close());

    it('makes a schedule, leaves it as it is, and mends what is edited', async () => {
      const { scheduler } = bed;
      expect(await scheduler.names()).toEqual([]);
      expect(await scheduler.bring(scheduledReport())).toBe('created');
      for (const changes of [
        {},
        { expression: 'rate(12 hours)' },
        { expression: 'at(2027-01-01T08:00:00)' },
        { timeZone: 'Asia/Kathmandu' },
        { enabled: false },
        { kind: 'export' },
        { kind: 'ageing', enabled: false },
      ] as const) {
        await scheduler.bring(scheduledReport(changes));
        expect(await scheduler.bring(scheduledReport(changes)), JSON.stringify(changes)).toBe(
          'unchanged',
        );
        expect(await scheduler.bring(scheduledReport({ timeZone: 'UTC' }))).toBe('mended');
      }
      expect(await scheduler.names()).toEqual(['daily-orders']);
    });

    it('removes a schedule, and one that is not there', async () => {
      const { scheduler } = bed;
      await scheduler.bring(scheduledReport());
      await scheduler.remove('daily-orders');
      await scheduler.remove('daily-orders');
      expect(await scheduler.names()).toEqual([]);
      expect(await scheduler.bring(scheduledReport())).toBe('created');
    });

    it('names all of more than a page', async () => {
      const names = Array.from({ length: 60 }, (_, index) => `daily-${index + 10}`);
      for (const id of names) await bed.scheduler.bring(scheduledReport({ id }));
      expect((await bed.scheduler.names()).sort()).toEqual(names);
    });

    it('takes the same schedule from several at once', async () => {
      const { scheduler } = bed;
      const several = Array.from({ length: 5 }, () => scheduler.bring(scheduledReport()));
      await Promise.all(several);
      expect(await scheduler.names()).toEqual(['daily-orders']);
      expect(await scheduler.bring(scheduledReport())).toBe('unchanged');
    });
  });
}
