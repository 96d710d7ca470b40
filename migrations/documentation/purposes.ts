/** What each table is for. A table without an entry fails the check of `docs/schema.md`. */
export const TABLE_PURPOSES: Readonly<Record<string, string>> = {
  announcements: 'What admins told everybody.',
  idempotency_keys:
    'Answers to requests that carried an Idempotency-Key, for 24 hours. Rows lie in the order of their end: new ones are appended, old ones are deleted from the front, by batches of 200 that lock only their rows.',
  leases: 'Leadership on databases without application locks: SQLite. Stays empty on SQL Server.',
  order_lines: 'What was bought, at the price of that day.',
  order_timeline: 'Every change of every order. Kept for ever.',
  orders:
    'Orders as they are now. `version` counts up by one a change and is the entity tag. `number` is the end of the id; it is null where a program of a version before wrote the order, until housekeeping fills it, and for ever where an older order ends alike: that one is found by its id.',
  outbox:
    'Events that wait to be published, written in the transaction of the change that they tell of. Published rows go after 7 days, by batches of 200; abandoned ones stay as evidence.',
  people:
    'Names and mail addresses, as Cognito gave them once. Clustered by `sub`, which is random: a row is written once a person, and read by `sub` in every list.',
  person_words:
    'What a person is found by, folded: the name from each of its words on, and the mail address. Written with the person; where a program of a version before wrote the person, by housekeeping.',
  products: 'The catalogue: the only source of prices.',
  report_mails:
    'The mail of a run to each of its recipients, and what became of it. `due_at` is there while a program must still do something about it.',
  report_schedules:
    'When reports run by themselves, and to whom they go. `synced_version` is the version that EventBridge Scheduler was brought to.',
  reports:
    'Runs of reports. `trigger_key` names what asked for one, so that a repeat finds it. `slot` is taken while a run is under way: no two have the same, which bounds how many are. `lease_owner` writes until `lease_until`; after it another process may take the run up. `swept_at` is when no file of an ended run was left that does not belong to it.',
};

/** Which query each index serves, or which foreign key it supports. */
export const INDEX_PURPOSES: Readonly<Record<string, string>> = {
  ix_announcements_by: 'foreign key',
  ix_idempotency_keys_expires: 'retention; the order of the table',
  ix_order_lines_product: 'foreign key',
  ix_order_timeline_by: 'foreign key',
  ix_order_timeline_ended: 'the daily report: how long orders stayed in the states that they left',
  ix_orders_placed:
    '`GET /orders/summary` and the figures of reports, covered; the pages of an export by their key',
  ix_orders_customer:
    '`GET /orders` of a customer, and `q` by name or address: covered, a seek a page',
  ix_orders_customer_status: '`GET /orders?status=` of a customer: covered, a seek a page',
  ix_orders_status: '`GET /orders?status=` of staff: covered, a seek a page',
  ix_orders_number_missing: 'housekeeping: orders that wait for their number',
  ix_outbox_waiting: "the relay's claim: only what waits is in it",
  ix_outbox_published: 'retention: only what is published is in it',
  ix_people_email_key: '`q` as the beginning of an address, of people without words yet',
  ix_people_name_key: '`q` as the beginning of a name, of people without words yet',
  ix_people_words_version: 'housekeeping: people whose words are missing or of older rules',
  ix_person_words_sub: 'foreign key; the words of a person',
  ix_products_category: '`GET /products`, covered',
  ix_report_schedules_updated_by: 'foreign key',
  ix_report_mails_due: 'mails that a program must still do something about',
  ix_report_mails_message: 'the mail that a bounce or a complaint is about',
  ix_reports_requested_by: 'foreign key',
  ix_reports_schedule: 'the last runs of a schedule',
  ix_reports_status: 'runs by status, newest first',
  ix_reports_unswept: 'runs whose files must still be looked at',
  uq_report_mails: 'the mails of a run, one an address; foreign key',
  uq_reports_slot: 'no more runs under way than there are slots',
  uq_orders_number: '`q` as the beginning of a number; no two orders have the same',
};
