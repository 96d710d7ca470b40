import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { SQLITE_BOOKKEEPING } from '../history/history-tables.ts';
import { splitScript } from './split-script.ts';
import { isTextExpression, textOf, withPlainTexts } from './text-of-expression.ts';

type Cell = string | number | null;

/** What the server answers where a batch raises an error. */
export class BatchFailed extends Error {
  override name = 'BatchFailed';
}

export interface BatchRunner {
  /**
   * Runs one batch of a session, with its parameters `@p0`, `@p1` …, and gives the rows of its last
   * SELECT; throws {@link BatchFailed}.
   */
  run: (sql: string, session?: number, parameters?: readonly unknown[]) => Record<string, Cell>[];
  /** Runs a script as sqlcmd and SSMS do: whatever becomes of a batch, the next follows. The errors. */
  runScript: (script: string) => string[];
  /** All that steps had executed, in order, what failed too; without the schema, of which there is one. */
  executed: string[];
  /** Where scripts run, for a test to change. */
  window: ScriptWindow;
  /** The session that holds the lock of whoever migrates. */
  lockHolder: () => number | undefined;
  database: DatabaseSync;
}

/** A session as it is before a script is run in it. */
export interface ScriptWindow {
  database: string;
  schema: string;
  openTransactions: number;
}

/**
 * The control flow of the T-SQL that a plan is made of, over a SQLite that holds the rows: so that a
 * plan's guards and its resuming are run, and not only read. It knows what `plan` writes, nothing more,
 * and fails on everything else. A statement begins on a line of its own.
 */
export function openBatchRunner(): BatchRunner {
  const database = new DatabaseSync(':memory:');
  for (const sql of SQLITE_BOOKKEEPING) database.exec(sql);
  const executed: string[] = [];
  const lock: Lock = { holder: undefined };
  const window: ScriptWindow = { database: 'shop', schema: 'dbo', openTransactions: 0 };
  const run: BatchRunner['run'] = (sql, session = 0, parameters = []) => {
    const around = { database, executed, lock, session, window };
    const batch = new Batch(around, z.array(parameter).parse(parameters));
    return batch.run(sql);
  };
  return {
    run,
    runScript: (script) => {
      const errors: string[] = [];
      for (const sql of splitScript(script)) {
        try {
          run(sql);
        } catch (error) {
          if (!(error instanceof BatchFailed)) throw error;
          errors.push(error.message);
        }
      }
      return errors;
    },
    executed,
    window,
    lockHolder: () => lock.holder,
    database,
  };
}

interface Lock {
  /** The session that took it last: one that is gone has none any more. */
  holder: number | undefined;
}

interface CommandRuntime {
  database: DatabaseSync;
  executed: string[];
  lock: Lock;
  session: number;
  window: ScriptWindow;
}

type Statement =
  | { kind: 'simple'; sql: string }
  | { kind: 'block'; body: Statement[] }
  | { kind: 'if'; condition: string; then: Statement; otherwise: Statement | undefined }
  | { kind: 'while'; condition: string; body: Statement }
  | { kind: 'try'; body: Statement[]; handler: Statement[] };

const cell = z.union([z.string(), z.number(), z.null()]);
/** knex sends a whole number as a bigint. */
const parameter = z.union([cell, z.bigint().transform(Number)]);
const cells = z.array(z.record(z.string(), cell));
const valueRow = z.object({ value: cell });

class Batch {
  readonly #around: CommandRuntime;
  readonly #variables = new Map<string, Cell>();
  #rows: Record<string, Cell>[] = [];
  #error: Error | undefined;

  constructor(around: CommandRuntime, parameters: readonly Cell[]) {
    this.#around = around;
    for (const [index, value] of parameters.entries()) this.#variables.set(`@p${index}`, value);
  }

  run(sql: string): Record<string, Cell>[] {
    // Its tables are there.
    if (/IF OBJECT_ID\(/.test(sql)) return [];
    try {
      for (const statement of parse(sql)) this.#execute(statement);
    } finally {
      this.#around.database.exec('drop table if exists temp."@steps"');
    }
    return this.#rows;
  }

  #execute(statement: Statement): void {
    switch (statement.kind) {
      case 'simple':
        this.#simple(statement.sql);
        return;
      case 'block':
        for (const one of statement.body) this.#execute(one);
        return;
      case 'if':
        if (this.#isTrue(statement.condition)) this.#execute(statement.then);
        else if (statement.otherwise !== undefined) this.#execute(statement.otherwise);
        return;
      case 'while':
        while (this.#isTrue(statement.condition)) this.#execute(statement.body);
        return;
      case 'try':
        try {
          for (const one of statement.body) this.#execute(one);
        } catch (error) {
          if (!(error instanceof BatchFailed)) throw error;
          this.#error = error;
          for (const one of statement.handler) this.#execute(one);
        }
    }
  }

  #simple(sql: string): void {
    const { database, executed } = this.#around;
    const lockRequest = /^EXEC (?:@outcome = )?sp_(get|release)applock /.exec(sql)?.[1];
    const table = /^DECLARE (@\w+) TABLE \((.*)\);$/.exec(sql);
    const declared = /^DECLARE (.*);$/.exec(sql)?.[1];
    const assigned = /^(?:SELECT|SET) (@\w+) = (.*);$/s.exec(sql);
    const dynamic = /^EXEC sp_executesql (.*);$/s.exec(sql)?.[1];
    const raised = /^RAISERROR \((N'.*?'), 16, 1(?:, (@\w+))?\);$/.exec(sql);
    if (lockRequest !== undefined) this.#lock(lockRequest === 'get');
    else if (table !== null) database.exec(`create temp table "${table[1]}" (${table[2]})`);
    else if (declared !== undefined) {
      for (const one of declared.split(', ')) this.#declare(one);
    } else if (assigned?.[1] !== undefined && assigned[2] !== undefined) {
      this.#assign(assigned[1], assigned[2]);
    } else if (dynamic !== undefined) {
      const text = this.#textOf(dynamic).replaceAll('dbo.', '');
      executed.push(text);
      this.#query(text);
    } else if (raised?.[1] !== undefined) {
      const value = this.#variables.get(raised[2] ?? '');
      throw new BatchFailed(textOf(raised[1]).replace(/%[sd]/, () => String(value)));
    } else if (/^SET [A-Z]/.test(sql)) {
      // The settings of a session are of the server alone.
    } else if (sql === 'THROW;') throw this.#error ?? new Error('THROW outside CATCH');
    else if (sql === 'BEGIN TRANSACTION;') database.exec('begin');
    else if (sql === 'COMMIT TRANSACTION;') database.exec('commit');
    else if (sql === 'IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;') {
      if (database.isTransaction) database.exec('rollback');
    } else if (!sql.startsWith('PRINT ')) this.#rows = this.#query(sql);
  }

  #lock(isTaken: boolean): void {
    const { lock, session } = this.#around;
    lock.holder = isTaken ? session : undefined;
    this.#variables.set('@outcome', 0);
  }

  #assign(name: string, value: string): void {
    if (isTextExpression(value)) {
      this.#variables.set(name, textOf(value));
      return;
    }
    const expression = value.replace(' FROM ', ' AS value FROM ');
    const [row] = this.#query(
      `SELECT ${expression === value ? `${expression} AS value` : expression}`,
    );
    // Where no row is found a variable keeps what it had.
    if (row !== undefined) this.#variables.set(name, valueRow.parse(row).value);
  }

  /** A text, or the variable that holds one. */
  #textOf(expression: string): string {
    return expression.startsWith('@')
      ? String(this.#variables.get(expression))
      : textOf(expression);
  }

  #declare(one: string): void {
    const [, name, value] = /^(@\w+) \w+(?:\((?:\d+|max)\))?(?: = (\d+))?$/.exec(one) ?? [];
    if (name === undefined) throw new Error(`This declaration is not known here: ${one}`);
    this.#variables.set(name, value === undefined ? null : Number(value));
  }

  #isTrue(condition: string): boolean {
    const [row] = this.#query(`SELECT ${condition} AS value`);
    return valueRow.parse(row).value === 1;
  }

  #query(sql: string): Record<string, Cell>[] {
    const text = this.#inSqlite(sql);
    const named = new Set(text.match(/@\w+/g));
    const values = [...this.#variables].filter(([name]) => named.has(name));
    try {
      return cells.parse(this.#around.database.prepare(text).all(Object.fromEntries(values)));
    } catch (error) {
      throw new BatchFailed(error instanceof Error ? error.message : String(error));
    }
  }

  /** The few words that SQLite has otherwise. */
  #inSqlite(sql: string): string {
    const { lock, session, window, database } = this.#around;
    const mode = lock.holder === session ? 'Exclusive' : 'NoLock';
    return withPlainTexts(sql)
      .replaceAll(JOINT, (_all, before: string, code?: string) =>
        code === undefined ? before : before + String.fromCharCode(Number(code)),
      )
      .replace(/APPLOCK_MODE\([^)]*\)/, `'${mode}'`)
      .replaceAll("N'", "'")
      .replace(
        /COL_LENGTH\('dbo\.(\w+)', '(\w+)'\)/,
        "(SELECT 1 FROM pragma_table_info('$1') WHERE name = '$2')",
      )
      .replaceAll('(max)', '')
      .replaceAll('DB_NAME()', `'${window.database.replaceAll("'", "''")}'`)
      .replaceAll('SCHEMA_NAME()', `'${window.schema}'`)
      .replaceAll('@@TRANCOUNT', String(window.openTransactions + (database.isTransaction ? 1 : 0)))
      .replaceAll(/@steps\b/g, '"@steps"')
      .replaceAll(/('(?:[^']|'')*')|dbo\./g, (_all, text: string = '') => text)
      .replaceAll('ISNULL(', 'ifnull(')
      .replaceAll('count_big(', 'count(')
      .replaceAll('SCOPE_IDENTITY()', 'last_insert_rowid()')
      .replaceAll(/DATEDIFF_BIG\(.*?\(\)\)/g, '0')
      .replaceAll('SYSUTCDATETIME()', "'2026-11-22T21:00:00.000Z'")
      .replaceAll(/(ORIGINAL_LOGIN|HOST_NAME)\(\)/g, "'dba'")
      .replaceAll(
        'LEFT(ERROR_MESSAGE(), 2000)',
        `'${(this.#error?.message ?? '').replaceAll("'", "''")}'`,
      )
      .replaceAll(' OPTION (RECOMPILE)', '')
      .replaceAll(/SELECT TOP \((\d+)\) (.*?ORDER BY [^)]*)\)/g, 'SELECT $2 LIMIT $1)');
  }
}

/** Where two pieces of a text are put together; not inside another text, whose quotes are doubled. */
const JOINT = /((?<!')(?:'')*|(?<=N)'|(?<=\+N'))'(?:\+nchar\((\d+)\))?\+N'/g;

/** Lines that are no comments; what a text goes on with stays with the line on which it begins. */
function linesOf(sql: string): string[] {
  const lines: string[] = [];
  let open: string | undefined;
  for (const line of sql.split('\n')) {
    if (open === undefined && line.trim().startsWith('--')) continue;
    const whole = open === undefined ? line.trim() : `${open}\n${line}`;
    open = whole.split("'").length % 2 === 0 ? whole : undefined;
    if (open === undefined && whole !== '') lines.push(whole);
  }
  return lines;
}

/** Statements by their lines, as `plan` writes them. */
function parse(sql: string): Statement[] {
  const lines = linesOf(sql);
  const next = (): string => {
    const line = lines.shift();
    if (line === undefined) throw new Error(`The batch ends too early: ${sql}`);
    return line;
  };
  const until = (end: RegExp): Statement[] => {
    const body: Statement[] = [];
    while (lines[0] !== undefined && !end.test(lines[0])) body.push(statement());
    next();
    return body;
  };
  const statement = (): Statement => {
    const line = next();
    const [, word, condition] = /^(IF|WHILE) (.*[^;])$/.exec(line) ?? [];
    if (word === 'WHILE' && condition !== undefined) {
      return { kind: 'while', condition, body: statement() };
    }
    if (condition !== undefined) {
      return { kind: 'if', condition, then: statement(), otherwise: otherwise() };
    }
    if (line === 'BEGIN') return { kind: 'block', body: until(/^END;?$/) };
    if (line !== 'BEGIN TRY') return { kind: 'simple', sql: line };
    const body = until(/^END TRY$/);
    next();
    return { kind: 'try', body, handler: until(/^END CATCH;$/) };
  };
  const otherwise = (): Statement | undefined => {
    if (lines[0]?.startsWith('ELSE') !== true) return undefined;
    const rest = next().slice('ELSE'.length).trim();
    if (rest !== '') lines.unshift(rest);
    return statement();
  };
  const all: Statement[] = [];
  while (lines.length > 0) all.push(statement());
  return all;
}
