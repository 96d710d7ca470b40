import { tokenize } from '../schema/tokens.ts';
import type { Token } from '../schema/tokens.ts';
import { ONLINE } from './create-index.ts';

const SCHEMA = 'dbo.';

/** Words after which the name of a table stands, wherever in a statement they are. */
const TABLE_FOLLOWS: readonly (readonly string[])[] = [
  ['CREATE', 'TABLE'],
  ['ALTER', 'TABLE'],
  ['DROP', 'TABLE'],
  ['TRUNCATE', 'TABLE'],
  ['REFERENCES'],
  ['INSERT', 'INTO'],
];
const INDEX_WORDS = ['UNIQUE', 'CLUSTERED', 'NONCLUSTERED'];
const MODULE_WORDS = ['VIEW', 'PROCEDURE', 'PROC', 'FUNCTION', 'TRIGGER'];

/**
 * The statement with `dbo.` before each table, index owner and module that it makes, changes or
 * drops without a schema, and before the table whose rows it changes: knex writes `CREATE TABLE
 * [orders]`, and which table that is would depend on who runs it. What stands inside a module, a
 * text or a query is left as it is.
 */
export function qualifyNames(sql: string): string {
  // The index stands in a text there, as `createIndex` writes it.
  if (sql.startsWith(ONLINE)) return sql.replace(/ ON (?=\[)/, ` ON ${SCHEMA}`);
  const reader = new Words(tokenize(sql));
  const targets = reader.isModule() ? reader.moduleName() : reader.tableNames();
  return targets.reduceRight(
    (text, { start }) => text.slice(0, start) + SCHEMA + text.slice(start),
    sql,
  );
}

class Words {
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  isModule(): boolean {
    return this.#moduleAt() !== undefined;
  }

  moduleName(): Token[] {
    const at = this.#moduleAt() ?? 0;
    return this.#name(this.#afterExistence(at + 1));
  }

  tableNames(): Token[] {
    const found = this.#tokens.flatMap((_token, at) => this.#nameAfter(at));
    return [...found, ...this.#changedRows()].sort((a, b) => a.start - b.start);
  }

  /** Where VIEW, PROCEDURE … stands behind the CREATE, ALTER or DROP that the statement begins with. */
  #moduleAt(): number | undefined {
    if (!['CREATE', 'ALTER', 'DROP'].some((word) => this.#is(0, word))) return undefined;
    const at = this.#is(1, 'OR') && this.#is(2, 'ALTER') ? 3 : 1;
    return MODULE_WORDS.some((word) => this.#is(at, word)) ? at : undefined;
  }

  #nameAfter(at: number): Token[] {
    const words = TABLE_FOLLOWS.find((one) => one.every((word, i) => this.#is(at + i, word)));
    if (words !== undefined) return this.#name(this.#afterExistence(at + words.length));
    if (!this.#is(at, 'CREATE') && !this.#is(at, 'DROP')) return [];
    let next = at + 1;
    while (INDEX_WORDS.some((word) => this.#is(next, word))) next += 1;
    if (!this.#is(next, 'INDEX')) return [];
    const name = this.#afterExistence(next + 1);
    return this.#is(name + 1, 'ON') ? this.#name(name + 2) : [];
  }

  /** `UPDATE TOP (9) orders SET`, `DELETE FROM orders`; with a FROM of its own the name may be an alias. */
  #changedRows(): Token[] {
    const isDelete = this.#is(0, 'DELETE');
    if (!isDelete && !this.#is(0, 'UPDATE')) return [];
    if (this.#is(1, 'STATISTICS')) return [];
    let at = this.#afterLimit(1);
    if (isDelete && this.#is(at, 'FROM')) at += 1;
    let depth = 0;
    for (let index = at; index < this.#tokens.length; index += 1) {
      if (this.#is(index, '(')) depth += 1;
      if (this.#is(index, ')')) depth -= 1;
      if (depth === 0 && this.#is(index, 'FROM')) return [];
    }
    return this.#name(at);
  }

  #afterLimit(at: number): number {
    if (!this.#is(at, 'TOP')) return at;
    const end = this.#tokens.findIndex((_token, index) => index > at && this.#is(index, ')'));
    return this.#is(end + 1, 'PERCENT') ? end + 2 : end + 1;
  }

  #afterExistence(at: number): number {
    return this.#is(at, 'IF') && this.#is(at + 1, 'EXISTS') ? at + 2 : at;
  }

  /** The name that stands here, if it lacks a schema; one of a temporary table or a variable has none. */
  #name(at: number): Token[] {
    const token = this.#tokens[at];
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'name')) return [];
    return this.#is(at + 1, '.') || /^[#@]/.test(token.value) ? [] : [token];
  }

  #is(at: number, word: string): boolean {
    const token = this.#tokens[at];
    return (token?.kind === 'word' || token?.kind === 'mark') && token.value.toUpperCase() === word;
  }
}
