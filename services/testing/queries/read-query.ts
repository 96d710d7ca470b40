import { TokenReader } from '@ordercast/migrations/schema/token-reader.ts';
import { key } from '@ordercast/migrations/schema/schema-model.ts';
import type { SchemaModel } from '@ordercast/migrations/schema/schema-model.ts';
import { columnsIn, nameColumns } from './columns-in.ts';
import type { FoundColumn, Scope } from './columns-in.ts';
import type { Match, Query, TableAccess } from './query.ts';

const STATEMENTS_WITHOUT_TABLES = ['declare', 'exec', 'while'];

/**
 * The queries in a batch of T-SQL as the stores send it, nested ones after the one around them.
 * What only inserts, or has no table, is none. @throws Unreadable for what it does not know.
 */
export function readQueries(sql: string, schema: SchemaModel): Query[] {
  const queries: Query[] = [];
  const reader = new TokenReader(sql);
  while (!reader.isAtEnd) {
    readStatement(reader, { schema, queries, around: [] });
    reader.take(';');
  }
  return queries;
}

interface Context {
  schema: SchemaModel;
  queries: Query[];
  around: Scope;
}

function readStatement(reader: TokenReader, context: Context): void {
  if (reader.take('select')) readSelect(reader, context);
  else if (reader.take('update')) readUpdate(reader, context);
  else if (reader.take('delete')) readDelete(reader, context);
  else if (reader.take('insert')) reader.until(';');
  else if (STATEMENTS_WITHOUT_TABLES.some((word) => reader.sees(word))) {
    if (/\bfrom\b/i.test(reader.until())) throw reader.unreadable('A query in a script');
  } else throw reader.unreadable('A statement of the stores was expected');
}

function readSelect(reader: TokenReader, context: Context): void {
  const hasTop = takeTop(reader);
  const list = reader.until('from', ';');
  if (!reader.take('from')) return;
  const query = newQuery('select', hasTop, context);
  query.selectsAll = /(^|[,.])\s*\*/.test(list);
  query.tables.push(readTable(reader, context.schema));
  const scope = [query.tables, ...context.around];
  while (reader.take('inner', 'join') || reader.take('left', 'join')) {
    const joined = readTable(reader, context.schema);
    query.tables.push(joined);
    reader.expect('on');
    readJoin(reader, joined, scope);
  }
  nameColumns(list, scope);
  if (query.selectsAll) {
    for (const { table, named } of query.tables)
      table.columns.forEach(({ name }) => named.add(name));
  }
  readWhere(reader, query, { ...context, around: scope });
  if (reader.take('group', 'by')) {
    query.isGrouped = true;
    nameColumns(reader.until('order', 'option', 'union', ';'), scope);
  }
  if (reader.take('order', 'by')) readOrder(reader, query, scope);
  if (reader.take('option')) reader.enclosed();
  if (reader.take('union')) readStatement(reader, context);
}

function readUpdate(reader: TokenReader, context: Context): void {
  const query = newQuery('update', false, context);
  query.tables.push(readTable(reader, context.schema));
  const scope = [query.tables, ...context.around];
  reader.expect('set');
  nameColumns(reader.until('where', ';'), scope);
  readWhere(reader, query, { ...context, around: scope });
}

function readDelete(reader: TokenReader, context: Context): void {
  const query = newQuery('delete', takeTop(reader), context);
  reader.expect('from');
  query.tables.push(readTable(reader, context.schema));
  readWhere(reader, query, { ...context, around: [query.tables, ...context.around] });
}

function newQuery(kind: Query['kind'], hasTop: boolean, { queries }: Context): Query {
  const query: Query = {
    kind,
    hasTop,
    selectsAll: false,
    isGrouped: false,
    asksForEach: false,
    tables: [],
    orderBy: [],
  };
  queries.push(query);
  return query;
}

function takeTop(reader: TokenReader): boolean {
  if (!reader.take('top')) return false;
  reader.enclosed();
  return true;
}

function readTable(reader: TokenReader, schema: SchemaModel): TableAccess {
  const name = reader.name();
  const table = schema.tables.get(key(name));
  if (table === undefined) throw reader.unreadable(`${name} is no table of the schema`);
  const alias = reader.take('as') ? reader.name() : name;
  if (reader.take('with')) reader.enclosed();
  return {
    table,
    alias,
    equal: new Map(),
    isNull: new Set(),
    isNotNull: new Set(),
    range: new Set(),
    unseekable: new Set(),
    named: new Set(),
  };
}

/** `a.x = b.y`: the joined table's column is held to that of a table before it. */
function readJoin(reader: TokenReader, joined: TableAccess, scope: Scope): void {
  const left = readColumn(reader, scope);
  reader.expect('=');
  const right = readColumn(reader, scope);
  const own = [left, right].find(({ access }) => access === joined);
  if (own === undefined) throw reader.unreadable('A join by a column of the joined table');
  joined.equal.set(own.column, 'one');
}

function readOrder(reader: TokenReader, query: Query, scope: Scope): void {
  do {
    const start = reader.until('asc', 'desc', ',', 'option', 'union', ';');
    const found = columnsIn(start, scope);
    const [first] = found;
    const descending = reader.take('desc');
    reader.take('asc');
    query.orderBy.push({ access: first?.access, column: first?.column ?? start, descending });
    nameColumns(start, scope);
  } while (reader.take(','));
}

/** One condition on one column. */
interface Term extends FoundColumn {
  kind: Match | 'null' | 'not null' | 'range' | 'unseekable';
}

function readWhere(reader: TokenReader, query: Query, context: Context): void {
  if (!reader.take('where')) return;
  do {
    if (reader.take('not', 'exists') || reader.take('exists')) {
      query.asksForEach = true;
      readStatement(new TokenReader(reader.enclosed()), context);
      continue;
    }
    for (const term of readCondition(reader, context)) keepTerm(term);
  } while (reader.take('and'));
}

function keepTerm({ access, column, kind }: Term): void {
  if (kind === 'null') access.isNull.add(column);
  if (kind === 'not null') access.isNotNull.add(column);
  if (kind === 'range') access.range.add(column);
  else if (kind === 'unseekable') access.unseekable.add(column);
  else if (kind !== 'not null' && access.equal.get(column) !== 'one') {
    access.equal.set(column, kind === 'null' ? 'one' : kind);
  }
}

function readCondition(reader: TokenReader, context: Context): Term[] {
  if (reader.sees('(')) return readAlternatives(new TokenReader(reader.enclosed()), context);
  return [readTerm(reader, context)];
}

/** `a or b`: of one column it is as many seeks of it, of several none. */
function readAlternatives(reader: TokenReader, context: Context): Term[] {
  const terms: Term[] = [];
  do terms.push(...readCondition(reader, context));
  while (reader.take('or'));
  if (!reader.isAtEnd) throw reader.unreadable('or, or the end, was expected');
  const [first] = terms;
  const isOfOne = terms.every(
    ({ access, column }) => access === first?.access && column === first.column,
  );
  return terms.map((term) => ({ ...term, kind: isOfOne ? 'range' : 'unseekable' }));
}

function readTerm(reader: TokenReader, context: Context): Term {
  const column = readColumn(reader, context.around);
  if (reader.take('is', 'null')) return { ...column, kind: 'null' };
  if (reader.take('is', 'not', 'null')) return { ...column, kind: 'not null' };
  if (reader.take('in')) {
    const values = reader.enclosed();
    if (!/^select\b/i.test(values)) return { ...column, kind: 'list' };
    readStatement(new TokenReader(values), context);
    return { ...column, kind: 'query' };
  }
  const sign = reader.next().value;
  nameColumns(reader.until('and', 'or', 'group', 'order', 'option', 'union', ';'), context.around);
  if (sign === '=') return { ...column, kind: 'one' };
  if (['<', '<=', '>', '>='].includes(sign)) return { ...column, kind: 'range' };
  return { ...column, kind: 'unseekable' };
}

function readColumn(reader: TokenReader, scope: Scope): FoundColumn {
  const first = reader.next().value;
  const text = reader.take('.') ? `[${first}].[${reader.next().value}]` : `[${first}]`;
  const [found] = columnsIn(text, scope);
  if (found === undefined) throw reader.unreadable(`${text} is no column of the query's tables`);
  found.access.named.add(found.column);
  return found;
}
