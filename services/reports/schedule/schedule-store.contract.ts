import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepPerson } from '../../people/people-store.ts';
import type { OpenTestDatabase } from '../../testing/each-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import { syncState } from './schedule-record.ts';
import {
  ScheduleChanged,
  findSchedule,
  listSchedules,
  noteSync,
  putSchedule,
  takeOff,
} from './schedule-store.ts';
import { schedulePut } from './testing/schedule-put.ts';

const AT = Date.parse('2026-11-28T08:30:00.123Z');
const OFF = {
  address: 'ada@example.com',
  state: 'bounced',
  reason: 'no such mailbox',
  at: AT,
} as const;

/** What every database must do with schedules. */
export function scheduleStoreContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
    const alex = { sub: 'alex', name: 'Alex', email: 'alex@example.com' };
    await keepPerson(database.db, alex, 1000);
  });
  afterEach(() => database.close());

  describe('the schedule store', () => {
    it('gives back what was put, and lists by id', async () => {
      const { db } = database;
      const monthly = schedulePut({
        id: 'all-of-a-month',
        content: { kind: 'export', period: 'month', gzip: true, enabled: false },
      });
      const daily = await putSchedule(db, schedulePut());
      const exported = await putSchedule(db, monthly);
      expect(daily).toEqual({
        ...schedulePut().content,
        id: 'daily-orders',
        recipients: ['ada', 'bob'].map((name) => ({
          address: `${name}@example.com`,
          state: 'active',
          at: '2026-11-28T07:00:00.000Z',
          reason: null,
        })),
        version: 1,
        updatedBy: 'alex',
        updatedAt: schedulePut().at,
        sync: { version: null, at: null, failure: null },
      });
      expect(await findSchedule(db, 'daily-orders')).toEqual(daily);
      expect(await findSchedule(db, 'Daily-Orders')).toBeUndefined();
      expect(await listSchedules(db)).toEqual([exported, daily]);
    });

    it('replaces only the version that was edited, and says which there is', async () => {
      const { db } = database;
      await putSchedule(db, schedulePut());
      const second = schedulePut({ expected: 1, content: { enabled: false } });
      expect(await putSchedule(db, second)).toMatchObject({ version: 2, enabled: false });
      for (const expected of ['none', 1, 3] as const) {
        const late = putSchedule(db, schedulePut({ expected }));
        await expect(late).rejects.toThrow(ScheduleChanged);
        await expect(late).rejects.toMatchObject({ currentVersion: 2 });
      }
      const missing = putSchedule(db, schedulePut({ id: 'nothing', expected: 1 }));
      await expect(missing).rejects.toMatchObject({ currentVersion: undefined });
      expect(await listSchedules(db)).toMatchObject([{ version: 2, enabled: false }]);
    });

    it('takes one of two that are put at once', async () => {
      const { db } = database;
      for (const expected of ['none', 1, 2] as const) {
        const puts = ['a@example.com', 'b@example.com', 'c@example.com'].map((address) =>
          putSchedule(db, schedulePut({ expected, addresses: [address] })),
        );
        const settled = await Promise.allSettled(puts);
        expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const one of settled) {
          if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(ScheduleChanged);
        }
      }
    });

    it('takes an address off every schedule that it is active on, and keeps it to be seen', async () => {
      const { db } = database;
      await putSchedule(db, schedulePut());
      await putSchedule(db, schedulePut({ id: 'others', addresses: ['carol@example.com'] }));
      await putSchedule(db, schedulePut({ id: 'weekly', addresses: ['ada@example.com'] }));
      expect(await takeOff(db, OFF)).toEqual(['daily-orders', 'weekly']);
      expect(await takeOff(db, { ...OFF, state: 'complained' })).toEqual([]);
      const found = await findSchedule(db, 'daily-orders');
      expect(found).toMatchObject({ version: 2, updatedAt: schedulePut().at });
      expect(found?.recipients).toMatchObject([
        { address: 'ada@example.com', state: 'bounced', at: '2026-11-28T08:30:00.123Z' },
        { address: 'bob@example.com', state: 'active' },
      ]);
      expect(await findSchedule(db, 'others')).toMatchObject({ version: 1 });
    });

    it('loses neither edits nor bounces that come at once', async () => {
      const { db } = database;
      const addresses = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@example.com`);
      await putSchedule(db, schedulePut({ addresses }));
      const edit = putSchedule(
        db,
        schedulePut({ expected: 1, addresses, content: { timeZone: 'Asia/Kathmandu' } }),
      ).catch((error: unknown) => error);
      await Promise.all(addresses.map((address) => takeOff(db, { ...OFF, address })));
      const kept = await findSchedule(db, 'daily-orders');
      expect(kept?.recipients.map(({ state }) => state)).toEqual(addresses.map(() => 'bounced'));
      const edited = await edit;
      expect(kept?.timeZone).toBe(
        edited instanceof ScheduleChanged ? 'Europe/Berlin' : 'Asia/Kathmandu',
      );
      expect(kept?.version).toBe(edited instanceof ScheduleChanged ? 6 : 7);
    });

    it('notes how far the scheduler follows, and an edit waits again', async () => {
      const { db } = database;
      const state = async () => {
        const found = await findSchedule(db, 'daily-orders');
        return found && [syncState(found), found.sync];
      };
      await putSchedule(db, schedulePut());
      expect(await state()).toEqual(['waiting', { version: null, at: null, failure: null }]);
      const refused = { version: 1, at: AT, failure: 'It is refused.' };
      await noteSync(db, 'daily-orders', refused);
      expect(await state()).toEqual(['failed', refused]);
      await putSchedule(db, schedulePut({ expected: 1 }));
      expect(await state()).toEqual(['waiting', { version: 1, at: AT, failure: null }]);
      const done = { version: 2, at: AT + 1, failure: null };
      await noteSync(db, 'daily-orders', done);
      await noteSync(db, 'daily-orders', { ...refused, at: AT + 2 });
      expect(await state()).toEqual(['done', done]);
    });
  });
}
