import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';
import { createIndex } from '../step/create-index.ts';
import { replaceCheck } from '../step/replace-check.ts';

export const lintAllow = [
  {
    rule: 'drop-column',
    reason: 'mail_status was never written: each mail of a run is a row of report_mails now',
  },
  { rule: 'constraint-scan', reason: 'no release before this one wrote a row of reports' },
  { rule: 'unbatched-update', reason: 'people cancel single runs, by hand: they are few' },
];

const STATUSES = "'queued', 'running', 'done', 'failed'";

/**
 * What a run needs to be taken up by another process, watched, bounded, cancelled and mailed. `slot` is taken by a run
 * while it is under way: that no two have the same bounds how many are, whatever asks at once.
 */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await replaceCheck(knex, 'reports', {
    name: 'ck_reports_status',
    predicate: `status in (${STATUSES}, 'cancelled')`,
  });
  await knex.schema.alterTable('reports', (table) => {
    table.specificType('time_zone', type.code(64)).nullable();
    table.boolean('gzip').nullable();
    table.specificType('schedule_id', type.code(64)).nullable();
    table.integer('version').notNullable().defaultTo(1, { constraintName: 'df_reports_version' });
    table.integer('attempts').notNullable().defaultTo(0, { constraintName: 'df_reports_attempts' });
    table.integer('slot').nullable();
    table.specificType('lease_owner', type.ulid).nullable();
    table.specificType('lease_until', type.instant).nullable();
    table.specificType('rows_done', type.bigint).nullable();
    table.specificType('rows_total', type.bigint).nullable();
    table.specificType('csv_bytes', type.bigint).nullable();
    table.specificType('pdf_bytes', type.bigint).nullable();
    table.specificType('figures', type.longText).nullable();
    table.specificType('swept_at', type.instant).nullable();
  });
  await knex.schema.raw('alter table reports drop column mail_status');
  await createIndex(knex, 'reports', {
    name: 'uq_reports_slot',
    columns: ['slot'],
    where: 'slot is not null',
    unique: true,
    online: true,
  });
  await createIndex(knex, 'reports', {
    name: 'ix_reports_schedule',
    columns: ['schedule_id', 'id'],
    online: true,
  });
  await createIndex(knex, 'reports', {
    name: 'ix_reports_unswept',
    columns: ['id'],
    include: ['swept_at'],
    where: 'swept_at is null',
    online: true,
  });
  await knex.schema.alterTable('report_schedules', (table) => {
    table.specificType('period', type.code(8)).nullable();
    table.boolean('gzip').nullable();
    table.integer('synced_version').nullable();
    table.specificType('synced_at', type.instant).nullable();
    table.specificType('sync_failure', type.text(1000)).nullable();
  });
  await knex.schema.createTable('report_mails', (table) => {
    table.specificType('id', type.ulid).notNullable();
    table.specificType('report_id', type.ulid).notNullable();
    table.specificType('address', type.searchKey(320)).notNullable();
    table.specificType('status', type.code(12)).notNullable();
    table.integer('attempts').notNullable();
    table.specificType('message_id', type.code(100)).nullable();
    table.specificType('reason', type.text(500)).nullable();
    table.specificType('due_at', type.instant).nullable();
    table.specificType('updated_at', type.instant).notNullable();
    primaryKey(table, 'pk_report_mails', ['id']);
    table.foreign('report_id', 'fk_report_mails_report').references('reports.id');
    table.index(['message_id'], 'ix_report_mails_message');
    table.check(
      "status in ('waiting', 'sending', 'sent', 'unconfirmed', 'failed', 'bounced', 'complained')",
      [],
      'ck_report_mails_status',
    );
  });
  await createIndex(knex, 'report_mails', {
    name: 'uq_report_mails',
    columns: ['report_id', 'address'],
    unique: true,
  });
  await createIndex(knex, 'report_mails', {
    name: 'ix_report_mails_due',
    columns: ['due_at'],
    where: 'due_at is not null',
  });
}

export async function down(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.dropTable('report_mails');
  await dropColumns(knex, 'report_schedules', [
    'period',
    'gzip',
    'synced_version',
    'synced_at',
    'sync_failure',
  ]);
  for (const name of ['ix_reports_unswept', 'ix_reports_schedule', 'uq_reports_slot']) {
    await dropIndex(knex, 'reports', name);
  }
  await knex.schema.alterTable('reports', (table) => {
    table.specificType('mail_status', type.code(12)).nullable();
  });
  // A run that the schema before does not know ended without a report as well.
  await knex('reports').where({ status: 'cancelled' }).update({ status: 'failed' });
  if (dialectOf(knex) === 'mssql') {
    await knex.schema.raw('alter table reports drop constraint df_reports_version');
    await knex.schema.raw('alter table reports drop constraint df_reports_attempts');
  }
  await dropColumns(knex, 'reports', [
    'time_zone',
    'gzip',
    'schedule_id',
    'version',
    'attempts',
    'slot',
    'lease_owner',
    'lease_until',
    'rows_done',
    'rows_total',
    'csv_bytes',
    'pdf_bytes',
    'figures',
    'swept_at',
  ]);
  await replaceCheck(knex, 'reports', {
    name: 'ck_reports_status',
    predicate: `status in (${STATUSES})`,
  });
}

async function dropIndex(knex: Knex, table: string, name: string): Promise<void> {
  await knex.schema.alterTable(table, (changed) => {
    changed.dropIndex([], name);
  });
}

async function dropColumns(knex: Knex, table: string, names: readonly string[]): Promise<void> {
  for (const name of names) await knex.schema.raw(`alter table ${table} drop column ${name}`);
}
