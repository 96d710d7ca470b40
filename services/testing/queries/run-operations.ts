import {
  cancelRun,
  claimRun,
  countRunning,
  endLeases,
  failAbandonedRun,
  failRun,
  findRun,
  findRunByTrigger,
  finishRun,
  insertRun,
  listLapsed,
  listQueued,
  listRuns,
  listUnswept,
  markSwept,
  noteProgress,
  renewLease,
  requeueRun,
} from '../../reports/run/run-store.ts';
import { KNOWN_ID, NEW_ID } from './known-rows.ts';
import { operation } from './store-operation.ts';
import type { StoreOperation } from './store-operation.ts';

const AT = Date.parse('2026-11-22T08:30:00.000Z');
const PAGE = 51;
const LEASE = { runId: KNOWN_ID, owner: NEW_ID, attempt: 1 };
const ENDING = { failure: 'It failed', now: AT };
const NEW_RUN = {
  id: NEW_ID,
  triggerKey: 'request:new',
  kind: 'export',
  from: AT - 1,
  to: AT,
  timeZone: 'UTC',
  gzip: false,
  asker: { kind: 'person', sub: 'ada', name: 'Ada' },
} as const;

/** What is asked of the runs of reports. */
export const RUN_OPERATIONS: readonly StoreOperation[] = [
  operation('reports: leases of a process that is gone end', endLeases, [AT]),
  operation('a run is asked for', insertRun, [NEW_RUN, AT]),
  operation('a run', findRun, [KNOWN_ID]),
  operation('the run of a request that came before', findRunByTrigger, ['t']),
  operation('the runs', listRuns, [undefined, PAGE]),
  operation('the runs, a later page', listRuns, [NEW_ID, PAGE], { isLaterPage: true }),
  operation('a process takes a run up', claimRun, [
    KNOWN_ID,
    { owner: NEW_ID, now: AT, leaseMs: 60_000, maxRunning: 2 },
  ]),
  operation('a process keeps its run', renewLease, [LEASE, AT]),
  operation('a process notes how far it has come', noteProgress, [
    LEASE,
    { rowsDone: 1, rowsTotal: 2, until: AT },
  ]),
  operation('a run is done', finishRun, [LEASE, { files: [], figures: '{}', rows: 1, now: AT }]),
  operation('a run has failed', failRun, [LEASE, ENDING]),
  operation('a run is given back', requeueRun, [LEASE]),
  operation('a run is cancelled', cancelRun, [KNOWN_ID, AT]),
  operation('the keeper gives a run up', failAbandonedRun, [KNOWN_ID, ENDING]),
  operation('the keeper looks for runs that wait', listQueued, [PAGE]),
  operation('the keeper looks for runs whose process has died', listLapsed, [AT], {
    deliberate: [
      {
        index: 'ix_reports_status',
        faults: ['look-ups', 'reads past'],
        because: 'as many runs are under way as there are slots: a few',
      },
    ],
  }),
  operation('the keeper looks how many runs are under way', countRunning, []),
  operation('the keeper looks for runs to be swept', listUnswept, [PAGE], {
    deliberate: [
      {
        index: 'ix_reports_unswept',
        faults: ['look-ups', 'reads past'],
        because: 'those of the last minutes are there, and those under way',
      },
    ],
  }),
  operation('a run was swept', markSwept, [KNOWN_ID, AT]),
];
