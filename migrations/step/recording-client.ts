import knexModule from 'knex';
import type { Knex } from 'knex';
import type { QueryJob } from 'knex/lib/dialects/mssql/index.js';
import { z } from 'zod';
import { cutText } from '@ordercast/platform/cut-text.ts';
import { SqlServerClient } from '@ordercast/platform/sql-server/sql-server-client.ts';
import { assertBound, inlineValues } from './inline-values.ts';
import { qualifyNames } from './qualify-names.ts';
import type { RecordedItem } from './recorded-item.ts';

/** A step asks the database a question while it runs, so what it does cannot be read beforehand. */
export class StepReadsDatabase extends Error {
  override name = 'StepReadsDatabase';

  constructor(sql: string) {
    super(
      'A step must not read the database, since nobody could read its plan then. Let the T-SQL ' +
        `decide (IF EXISTS …), or use backfill(). It reads: ${cutText(sql.replaceAll(/\s+/g, ' '), 200)}`,
    );
  }
}

/** What is wrong with one statement of a step, and which one it is, counted from 1 as a plan has them. */
export class InvalidStatement extends Error {
  override name = 'InvalidStatement';

  constructor(number: number, cause: unknown) {
    super(`statement ${number}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

const compilerSchema = z.custom<{ sequence: readonly unknown[] }>();
const rawSchema = z.custom<Knex.Raw>();

const READS: readonly unknown[] = ['select', 'first', 'pluck', 'columnInfo'];
const READING_TEXT = /^\s*(select|with)\b/i;
/** A common table expression may stand before a change, and SELECT … INTO is one. */
const CHANGING_TEXT = /\b(insert|update|delete|merge|into)\b/i;
/** What knex executes to drop a column's default: it looks in a schema, and then leaves it out. */
const DROPPED_DEFAULT =
  /(schemas\.name = '(\w+)'[^;]*)EXEC\('ALTER TABLE (\w+) DROP (?=CONSTRAINT ' \+ @constraint\)$)/;

/**
 * knex's dialect for SQL Server without a server: it writes down the T-SQL that would be sent, its
 * values as literals and the schema with each name, and answers nothing.
 */
export class RecordingClient extends SqlServerClient {
  readonly items: RecordedItem[] = [];
  /** The same as they were recorded before names were qualified, for histories of then. */
  readonly formerItems: RecordedItem[] = [];

  // Neither is ever used: nothing is sent anywhere.
  override acquireConnection(): Promise<object> {
    return Promise.resolve({});
  }
  override releaseConnection(): Promise<void> {
    return Promise.resolve();
  }

  /** Statements that knex has compiled for one builder and not sent yet. */
  #compiled: { sequence: readonly unknown[] } = { sequence: [] };

  /** Does what reads the next statement, and says of a failure which statement it is. */
  inStatement<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof InvalidStatement) throw error;
      throw new InvalidStatement(this.items.length + this.#compiled.sequence.length + 1, error);
    }
  }

  override schemaCompiler(builder: Knex.SchemaBuilder): { sequence: readonly unknown[] } {
    const compiler = compilerSchema.parse(super.schemaCompiler(builder));
    this.#compiled = compiler;
    return compiler;
  }

  override raw(sql: unknown, bindings?: unknown): Knex.Raw {
    if (typeof sql === 'string') this.inStatement(() => assertBound(sql, bindings));
    return rawSchema.parse(super.raw(sql, bindings));
  }

  /** Question marks stay, to be replaced by the values themselves. */
  override positionBindings(sql: string): string {
    return sql;
  }

  override _query(_connection: unknown, job: QueryJob): Promise<QueryJob> {
    this.#compiled = { sequence: [] };
    this.inStatement(() => this.#record(job));
    return Promise.resolve({ ...job, response: [] });
  }

  #record(job: QueryJob): void {
    const isRead = READS.includes(job.method) || job.output !== undefined;
    const isReading = READING_TEXT.test(job.sql) && !CHANGING_TEXT.test(job.sql);
    if (isRead || isReading) throw new StepReadsDatabase(job.sql);
    const sql = inlineValues(job.sql, job.bindings ?? [])
      .trim()
      .replace(/;?\s*select @@rowcount.*$/i, '');
    this.formerItems.push({ kind: 'statement', sql });
    const inSchema = sql.replace(DROPPED_DEFAULT, "$1EXEC('ALTER TABLE $2.[$3] DROP ");
    this.items.push({ kind: 'statement', sql: qualifyNames(inSchema) });
  }
}

Object.assign(RecordingClient.prototype, {
  transaction(): never {
    throw new Error('A step runs in one transaction already: it must not begin another.');
  },
});

export interface Recording {
  items: readonly RecordedItem[];
  formerItems: readonly RecordedItem[];
}

/** Runs one direction of a migration against nothing and tells what it would have done. */
export async function record(run: (knex: Knex) => Promise<unknown>): Promise<Recording> {
  const knex = knexModule.knex({ client: RecordingClient });
  await run(knex);
  const client: unknown = knex.client;
  return client instanceof RecordingClient ? client : { items: [], formerItems: [] };
}
