import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { SQLITE_BOOKKEEPING } from '../history/history-tables.ts';

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
  /** All that steps had executed, in order, what failed too. */
  executed: string[];
  /** The session that holds the lock of whoever migrates. */
  lockHolder: () => number | undefined;
  database: DatabaseSync;
}

/**
 * The control flow of the T-SQL that a plan is made of, over a SQLite that holds the rows: so that a
 * plan's guards and its resuming are run, and not only read. It knows what `plan` writes, nothing more,
 * and fails on everything else. Statements stand one on a line.
 */
export function openBatchRunner(): BatchRunner {
  const database = new DatabaseSync(':memory:');
  for (const sql of SQLITE_BOOKKEEPING) database.exec(sql);
  const executed: string[] = [];
  const lock: Lock = { holder: undefined };
  const run: BatchRunner['run'] = (sql, session = 0, parameters = []) => {
    const batch = new Batch({ database, executed, lock, session }, z.array(cell).parse(parameters));
    return batch.run(sql);
  };
  return {
    run,
    runScript: (script) => {
      const errors: string[] = [];
      for (const sql of script.split(/^GO$/m)) {
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
}

type Statement =
  | { kind: 'simple'; sql: string }
  | { kind: 'block'; body: Statement[] }
  | { kind: 'if'; condition: string; then: Statement; otherwise: Statement | undefined }
  | { kind: 'while'; condition: string; body: Statement }
  | { kind: 'try'; body: Statement[]; handler: Statement[] };

const cell = z.union([z.string(), z.number(), z.null()]);
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
    const { lock, session } = this.#around;
    if (sql.includes('sp_getapplock')) lock.holder = session;
    else if (sql.includes('sp_releaseapplock')) lock.holder = undefined;
    else if (/^IF COL_LENGTH\(/m.test(sql)) this.#addColumns(sql);
    else if (!/IF OBJECT_ID\(|^SET /m.test(sql)) {
      for (const statement of parse(sql)) this.#execute(statement);
    }
    return this.#rows;
  }

  /** `IF COL_LENGTH(N'dbo.t', N'c') IS NULL ALTER TABLE dbo.t ADD c type NULL, …;` */
  #addColumns(sql: string): void {
    const [, table, column] = /^IF COL_LENGTH\(N'dbo\.(\w+)', N'(\w+)'\) IS NULL/m.exec(sql) ?? [];
    const added = /ADD ([^;]*);\s*$/.exec(sql)?.[1]?.split(', ');
    if (table === undefined || added === undefined) throw new Error(`It is not known here: ${sql}`);
    const columns = this.#query(`SELECT name FROM pragma_table_info('${table}')`);
    if (columns.some(({ name }) => name === column)) return;
    for (const one of added) this.#query(`ALTER TABLE ${table} ADD ${one.replace('(max)', '')}`);
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
    const declared = /^DECLARE (.*);$/.exec(sql)?.[1];
    const assigned = /^SELECT (@\w+) = (.*);$/.exec(sql) ?? /^SET (@\w+) = (.*);$/.exec(sql);
    const dynamic = /^EXEC sp_executesql N'(.*)';$/s.exec(sql)?.[1];
    const raised = /^RAISERROR \(N'(.*)', 16, 1\);$/.exec(sql)?.[1];
    if (declared !== undefined) {
      for (const one of declared.split(', ')) this.#declare(one);
    } else if (assigned?.[1] !== undefined && assigned[2] !== undefined) {
      const expression = assigned[2].replace(/ FROM /, ' AS value FROM ');
      const [row] = this.#query(
        `SELECT ${expression === assigned[2] ? `${expression} AS value` : expression}`,
      );
      // Where no row is found a variable keeps what it had.
      if (row !== undefined) this.#variables.set(assigned[1], valueRow.parse(row).value);
    } else if (dynamic !== undefined) {
      executed.push(unquoted(dynamic));
      this.#query(unquoted(dynamic));
    } else if (raised !== undefined) throw new BatchFailed(unquoted(raised));
    else if (sql === 'THROW;') throw this.#error ?? new Error('THROW outside CATCH');
    else if (sql === 'BEGIN TRANSACTION;') database.exec('begin');
    else if (sql === 'COMMIT TRANSACTION;') database.exec('commit');
    else if (sql === 'IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;') {
      if (database.isTransaction) database.exec('rollback');
    } else if (!sql.startsWith('PRINT ')) this.#rows = this.#query(sql);
  }

  #declare(one: string): void {
    const [, name, value] = /^(@\w+) \w+(?:\(\d+\))?(?: = (\d+))?$/.exec(one) ?? [];
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
    const { lock, session } = this.#around;
    const mode = lock.holder === session ? 'Exclusive' : 'NoLock';
    return sql
      .replace(/APPLOCK_MODE\([^)]*\)/, `'${mode}'`)
      .replaceAll("N'", "'")
      .replaceAll('dbo.', '')
      .replaceAll('ISNULL(', 'ifnull(')
      .replaceAll('SCOPE_IDENTITY()', 'last_insert_rowid()')
      .replaceAll(/DATEDIFF_BIG\(.*?\(\)\)/g, '0')
      .replaceAll('SYSUTCDATETIME()', "'2026-11-22T21:00:00.000Z'")
      .replaceAll(/(ORIGINAL_LOGIN|HOST_NAME)\(\)/g, "'dba'")
      .replaceAll(
        'LEFT(ERROR_MESSAGE(), 2000)',
        `'${(this.#error?.message ?? '').replaceAll("'", "''")}'`,
      )
      .replaceAll(' OPTION (RECOMPILE)', '')
      .replace(/SELECT TOP \((\d+)\) (.*ORDER BY [^)]*)\)/, 'SELECT $2 LIMIT $1)');
  }
}

/** Statements by their lines, as `plan` writes them. */
function parse(sql: string): Statement[] {
  const lines = sql
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('--'));
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
    const [, word, condition] = /^(IF|WHILE) ((?!@@).*)$/.exec(line) ?? [];
    if (word === 'WHILE' && condition !== undefined) {
      return { kind: 'while', condition, body: statement() };
    }
    if (condition !== undefined) {
      return { kind: 'if', condition, then: statement(), otherwise: otherwise() };
    }
    if (line === 'BEGIN') return { kind: 'block', body: until(/^END$/) };
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

function unquoted(text: string): string {
  return text.replaceAll("''", "'");
}
