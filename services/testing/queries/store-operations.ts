import { insertAnnouncement, listAnnouncements } from '../../announcements/announcement-store.ts';
import { deleteExpiredKeys, lookUpKey, storeReply } from '../../idempotency/idempotency-store.ts';
import {
  abandonOutbox,
  appendToOutbox,
  claimOutbox,
  completeOutbox,
  deletePublished,
  keepPendingChannels,
  recordOutboxFailure,
} from '../../outbox/outbox.ts';
import { findPerson, insertPerson, keepPerson, updatePerson } from '../../people/people-store.ts';
import {
  keepMissingWords,
  keepWords,
  whoseWordBeginsWith,
} from '../../people/person-words-store.ts';
import { findProducts, listProducts } from '../../products/product-store.ts';
import { CHANNELS, KNOWN_ID, NEW_ID } from './known-rows.ts';
import { ORDER_OPERATIONS } from './order-operations.ts';
import { REPORT_MAIL_OPERATIONS } from './report-mail-operations.ts';
import { REPORT_OPERATIONS } from './report-operations.ts';
import { RUN_OPERATIONS } from './run-operations.ts';
import { SCHEDULE_OPERATIONS } from './schedule-operations.ts';
import { SERVICE_OPERATIONS } from './service-operations.ts';
import { operation } from './store-operation.ts';
import type { StoreOperation } from './store-operation.ts';

const AT = Date.parse('2026-11-22T08:30:00.000Z');
const PAGE = 51;
const BATCH = 200;
const ADA = { sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' };
const GRACE = { sub: 'grace', name: 'Grace Hopper', email: 'grace@example.com' };
const KEYED = { subject: 'ada', route: 'POST /orders', key: 'k', body: {} };
const REPLY = { status: 201, location: '/orders/1', etag: '"1"', body: '{}' };
const EVENT = {
  specversion: '1.0',
  id: NEW_ID,
  source: '/orders',
  type: 'order.placed',
  time: '2026-11-22T08:30:00.000Z',
  data: {},
} as const;

/** Every operation of the stores in each of its shapes: all that services ask the database. */
export const STORE_OPERATIONS: readonly StoreOperation[] = [
  ...ORDER_OPERATIONS,
  operation('the catalogue', listProducts, [], {
    deliberate: [
      {
        index: 'ix_products_category',
        faults: ['scan'],
        because: 'all of a catalogue is wanted, in the order of the index',
      },
    ],
  }),
  operation('the products of a new order', findProducts, [['tea', 'cup']]),
  operation('a person', findPerson, ['ada']),
  operation('a person signs in first', keepPerson, [GRACE, AT]),
  operation('a person is written', insertPerson, [GRACE, AT]),
  operation('a person has another name', updatePerson, [ADA, AT]),
  operation('the words of a person', keepWords, ['ada']),
  operation('people of whom a word begins so', whoseWordBeginsWith, ['ada']),
  operation('housekeeping: people without words get theirs', keepMissingWords, [BATCH]),
  operation('the announcements', listAnnouncements, [undefined, PAGE]),
  operation('the announcements, a later page', listAnnouncements, [NEW_ID, PAGE], {
    isLaterPage: true,
  }),
  operation('an announcement', insertAnnouncement, [
    { id: NEW_ID, text: 'Hello', bySub: 'ada', at: AT },
  ]),
  operation('the answer to a keyed request', lookUpKey, [KEYED, AT]),
  operation('a keyed request is answered', storeReply, [KEYED, REPLY, AT]),
  operation('housekeeping: expired keys go', deleteExpiredKeys, [AT, BATCH]),
  operation('an event waits for the relay', appendToOutbox, [
    { channels: CHANNELS, event: EVENT },
    AT,
  ]),
  operation('the relay claims what waits', claimOutbox, [{ limit: BATCH, held: new Set() }]),
  operation('the relay has published rows', completeOutbox, [[KNOWN_ID, NEW_ID], AT]),
  operation('the relay has published to some channels', keepPendingChannels, [
    KNOWN_ID,
    CHANNELS.slice(1),
  ]),
  operation('the relay gives a row up', abandonOutbox, [KNOWN_ID, 'no event', AT]),
  operation('the relay failed with rows', recordOutboxFailure, [[KNOWN_ID], 'no answer']),
  operation('housekeeping: published rows go', deletePublished, [AT, BATCH], {
    deliberate: [
      {
        index: 'ix_outbox_published',
        faults: ['reads past'],
        because: 'abandoned rows stay for ever as evidence, and there are few',
      },
    ],
  }),
  ...REPORT_OPERATIONS,
  ...REPORT_MAIL_OPERATIONS,
  ...RUN_OPERATIONS,
  ...SCHEDULE_OPERATIONS,
  ...SERVICE_OPERATIONS,
];
