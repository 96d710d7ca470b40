import {
  findSchedule,
  insertSchedule,
  listSchedules,
  noteSync,
  putSchedule,
  replaceRecipients,
  takeOff,
} from '../../reports/schedule/schedule-store.ts';
import type { ScheduleRecord } from '../../reports/schedule/schedule-record.ts';
import { schedulePut } from '../../reports/schedule/testing/schedule-put.ts';
import { operation } from './store-operation.ts';
import type { StoreOperation } from './store-operation.ts';

const AT = Date.parse('2026-11-22T08:30:00.000Z');
/** The schedule that `fillEveryTable` writes. */
const KNOWN = { id: 'daily', version: 1 };
const NEW: ScheduleRecord = {
  ...schedulePut().content,
  id: 'new',
  recipients: [],
  version: 1,
  updatedBy: 'ada',
  updatedAt: AT,
  sync: { version: null, at: null, failure: null },
};
const ALL = [
  {
    index: 'pk_report_schedules',
    faults: ['scan'] as const,
    because: 'all of some dozens of schedules are wanted, in the order of their ids',
  },
];

/** What is asked of the schedules of reports. */
export const SCHEDULE_OPERATIONS: readonly StoreOperation[] = [
  operation('a schedule', findSchedule, [KNOWN.id]),
  operation('all schedules, for admins and the reconciler', listSchedules, [], {
    deliberate: ALL,
  }),
  operation('an admin makes a schedule', insertSchedule, [NEW]),
  operation('an admin replaces a schedule', putSchedule, [
    schedulePut({ id: KNOWN.id, expected: KNOWN.version, by: 'ada' }),
  ]),
  operation(
    'an address that bounced is looked for on all schedules',
    takeOff,
    [{ address: 'ada@example.com', state: 'bounced', reason: 'no such mailbox', at: AT }],
    { deliberate: ALL },
  ),
  operation('an address is taken off a schedule', replaceRecipients, [KNOWN, []]),
  operation('the reconciler notes what the scheduler has', noteSync, [
    KNOWN.id,
    { version: 1, at: AT, failure: null },
  ]),
];
