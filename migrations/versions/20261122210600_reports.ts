import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';

/** Runs of reports, and when they run by themselves. */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.createTable('reports', (table) => {
    table.specificType('id', type.ulid).notNullable();
    table.specificType('kind', type.code(40)).notNullable();
    table.specificType('status', type.code(10)).notNullable();
    // Names what asked for the run, so that a repeated trigger finds it instead of running twice.
    table.specificType('trigger_key', type.code(200)).notNullable();
    table.specificType('requested_by', type.code(64)).nullable();
    table.specificType('period_from', type.instant).notNullable();
    table.specificType('period_to', type.instant).notNullable();
    table.specificType('csv_key', type.text(400)).nullable();
    table.specificType('pdf_key', type.text(400)).nullable();
    table.specificType('row_count', type.bigint).nullable();
    table.specificType('failure', type.text(1000)).nullable();
    table.specificType('mail_status', type.code(12)).nullable();
    table.specificType('created_at', type.instant).notNullable();
    table.specificType('started_at', type.instant).nullable();
    table.specificType('finished_at', type.instant).nullable();
    primaryKey(table, 'pk_reports', ['id']);
    table.unique(['trigger_key'], { indexName: 'uq_reports_trigger', useConstraint: true });
    table.foreign('requested_by', 'fk_reports_requested_by').references('people.sub');
    table.index(['requested_by'], 'ix_reports_requested_by');
    table.index(['status', 'id'], 'ix_reports_status');
    table.check("status in ('queued', 'running', 'done', 'failed')", [], 'ck_reports_status');
    table.check('period_from < period_to', [], 'ck_reports_period');
  });

  await knex.schema.createTable('report_schedules', (table) => {
    table.specificType('id', type.code(64)).notNullable();
    table.specificType('kind', type.code(40)).notNullable();
    table.specificType('schedule', type.code(100)).notNullable();
    table.specificType('time_zone', type.code(64)).notNullable();
    table.specificType('recipients', type.longText).notNullable();
    table.boolean('enabled').notNullable();
    table.integer('version').notNullable();
    table.specificType('updated_by', type.code(64)).nullable();
    table.specificType('updated_at', type.instant).notNullable();
    primaryKey(table, 'pk_report_schedules', ['id']);
    table.foreign('updated_by', 'fk_report_schedules_updated_by').references('people.sub');
    table.index(['updated_by'], 'ix_report_schedules_updated_by');
    table.check('version >= 1', [], 'ck_report_schedules_version');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('report_schedules');
  await knex.schema.dropTable('reports');
}
