import { parseObject } from './parse-object.ts';
import { keyColumns, parseConstraint, parseElement, parseType } from './parse-table.ts';
import type { TableElement } from './parse-table.ts';
import type { ModuleModel, TableModel } from './schema-model.ts';
import type { Constraint, Meaning, Statement } from './statement.ts';
import { TokenReader, Unreadable, qualifiedName } from './token-reader.ts';

const DATA = [
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'SELECT',
  'WITH',
  'EXEC',
  'EXECUTE',
  'GRANT',
  'DENY',
  'REVOKE',
  'SET',
  'PRINT',
  'TRUNCATE',
  'WAITFOR',
];
/** What `createIndex` and knex write around a statement, to fit it to the server or the table. */
const ONLINE = /^DECLARE @online nvarchar\(40\) = [^;]+;\s*EXEC \(N'((?:[^']|'')*)' \+ @online\)$/;
const DROP_DEFAULT =
  /^DECLARE @constraint varchar\(100\) = \(SELECT default_constraints\.name[\s\S]+?AND tables\.name = '([^']+)'\s+AND all_columns\.name = '([^']+)'\)\s+IF @constraint IS NOT NULL EXEC\('ALTER TABLE [^']+ DROP CONSTRAINT ' \+ @constraint\)$/;
const DESCRIPTION = /^IF EXISTS\(SELECT \* FROM sys\.fn_listextendedproperty\(/;

/** What a T-SQL statement does to the schema. What cannot be read is told as `unreadable`. */
export function parseStatement(sql: string): Statement {
  const text = sql.trim().replace(/;$/, '');
  try {
    return { ...parse(text), sql };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'unreadable', reason: error.message, sql };
    throw error;
  }
}

function parse(text: string): Meaning {
  const online = ONLINE.exec(text)?.[1];
  if (online !== undefined) {
    const inner = parse(online.replaceAll("''", "'"));
    return inner.kind === 'create-index' ? { ...inner, online: true } : inner;
  }
  const [, table, column] = DROP_DEFAULT.exec(text) ?? [];
  if (table !== undefined && column !== undefined) return { kind: 'drop-default', table, column };
  if (DESCRIPTION.test(text)) return { kind: 'data', verb: 'EXEC', table: undefined };
  const reader = new TokenReader(text);
  const meaning = parseFirst(reader);
  if (!reader.isAtEnd)
    throw reader.unreadable('only one statement at a time can be read; more comes');
  return meaning;
}

function parseFirst(reader: TokenReader): Meaning {
  const ifMissing = takeExistence(reader);
  if (reader.take('CREATE', 'TABLE')) return createTable(reader, ifMissing === 'missing');
  if (reader.take('DROP', 'TABLE')) {
    const ifExists = reader.take('IF', 'EXISTS') || ifMissing === 'present';
    return { kind: 'drop-table', table: reader.name(), ifExists };
  }
  if (reader.take('ALTER', 'TABLE')) return alterTable(reader, reader.name());
  const object = parseObject(reader);
  if (object !== undefined) return object;
  if (reader.take('CREATE')) return create(reader);
  if (reader.take('DROP', 'INDEX')) return dropIndex(reader);
  if (reader.take('ALTER')) return module(reader);
  if (reader.take('DROP')) return dropModule(reader);
  if (reader.sees('EXEC') || reader.sees('EXECUTE')) return execute(reader);
  return data(reader);
}

/** `IF OBJECT_ID('x', 'U') IS [NOT] NULL` before a CREATE or DROP TABLE. */
function takeExistence(reader: TokenReader): 'missing' | 'present' | undefined {
  if (!reader.take('IF', 'OBJECT_ID')) return undefined;
  reader.enclosed();
  reader.expect('IS');
  const present = reader.take('NOT');
  reader.expect('NULL');
  return present ? 'present' : 'missing';
}

function createTable(reader: TokenReader, ifMissing: boolean): Meaning {
  const name = reader.name();
  const elements: TableElement = { columns: [], constraints: [] };
  reader.list(() => parseElement(reader, true, elements));
  const empty: TableModel = {
    name,
    columns: elements.columns,
    primaryKey: undefined,
    uniques: [],
    foreignKeys: [],
    checks: [],
    indexes: [],
  };
  const table = elements.constraints.reduce(withConstraint, empty);
  return { kind: 'create-table', table, ifMissing };
}

/** A table with one more constraint. */
export function withConstraint(table: TableModel, constraint: Constraint): TableModel {
  switch (constraint.type) {
    case 'primary-key': {
      const { key } = constraint;
      const names = key.columns.map(({ name }) => name);
      const columns = table.columns.map((column) =>
        names.includes(column.name) ? { ...column, nullable: false } : column,
      );
      return { ...table, columns, primaryKey: key };
    }
    case 'unique':
      return { ...table, uniques: [...table.uniques, constraint.key] };
    case 'foreign-key':
      return {
        ...table,
        foreignKeys: [
          ...table.foreignKeys,
          { ...constraint.foreignKey, ...enforcementOf(constraint.checked) },
        ],
      };
    case 'check': {
      const { name, definition, checked } = constraint;
      const check = { name, definition, ...enforcementOf(checked) };
      return { ...table, checks: [...table.checks, check] };
    }
    case 'default': {
      const columns = table.columns.map((column) =>
        column.name === constraint.column ? { ...column, default: constraint.default } : column,
      );
      return { ...table, columns };
    }
  }
}

function enforcementOf(checked: boolean): { enforcement?: 'untrusted' } {
  return checked ? {} : { enforcement: 'untrusted' };
}

function alterTable(reader: TokenReader, table: string): Meaning {
  const unchecked = reader.take('WITH', 'NOCHECK');
  const isChecked = !unchecked && reader.take('WITH', 'CHECK');
  if (reader.take('NOCHECK', 'CONSTRAINT')) {
    return { kind: 'enforce', table, names: reader.nameList(), enforcement: 'disabled' };
  }
  if (reader.take('CHECK', 'CONSTRAINT')) {
    // Enabled again it is trusted only where the rows that are there were checked.
    const enforcement = isChecked ? undefined : 'untrusted';
    return { kind: 'enforce', table, names: reader.nameList(), enforcement };
  }
  const disabled = reader.take('DISABLE', 'TRIGGER');
  if (disabled || reader.take('ENABLE', 'TRIGGER')) {
    return { kind: 'enable-trigger', table, names: reader.nameList(), disabled };
  }
  if (reader.take('ADD')) return add(reader, table, !unchecked);
  if (reader.take('ALTER', 'COLUMN')) {
    const name = reader.name();
    const type = parseType(reader);
    const collation = reader.take('COLLATE') ? reader.name() : undefined;
    const nullable = !reader.take('NOT', 'NULL');
    if (nullable) reader.take('NULL');
    return { kind: 'alter-column', table, column: { name, type, collation, nullable } };
  }
  reader.expect('DROP');
  if (reader.take('COLUMN')) {
    reader.take('IF', 'EXISTS');
    const columns = [reader.name()];
    while (reader.take(',')) columns.push(reader.name());
    return { kind: 'drop-columns', table, columns };
  }
  reader.take('CONSTRAINT');
  const ifExists = reader.take('IF', 'EXISTS');
  return { kind: 'drop-constraint', table, name: reader.name(), ifExists };
}

function add(reader: TokenReader, table: string, checked: boolean): Meaning {
  const constraint = parseConstraint(reader, checked);
  if (constraint !== undefined) return { kind: 'add-constraint', table, constraint };
  const elements: TableElement = { columns: [], constraints: [] };
  do parseElement(reader, checked, elements);
  while (reader.take(','));
  if (elements.constraints.length > 0) {
    throw reader.unreadable('columns and constraints are added by one statement: write two');
  }
  return { kind: 'add-columns', table, columns: elements.columns };
}

function create(reader: TokenReader): Meaning {
  const unique = reader.take('UNIQUE');
  const clustered = reader.take('CLUSTERED');
  if (!clustered) reader.take('NONCLUSTERED');
  if (!reader.take('INDEX')) return module(reader);
  const name = reader.name();
  reader.expect('ON');
  const table = reader.name();
  const columns = keyColumns(reader);
  const include = reader.take('INCLUDE') ? reader.names() : [];
  const filter = reader.take('WHERE') ? reader.until('WITH', 'ON') : undefined;
  const options = reader.take('WITH') ? reader.enclosed() : '';
  const online = /\bONLINE\s*=\s*ON\b/i.test(options);
  return {
    kind: 'create-index',
    table,
    index: { name, columns, include, unique, clustered, filter },
    online,
  };
}

function dropIndex(reader: TokenReader): Meaning {
  const ifExists = reader.take('IF', 'EXISTS');
  const name = reader.name();
  reader.expect('ON');
  return { kind: 'drop-index', table: reader.name(), name, ifExists };
}

const MODULE_KINDS: ReadonlyMap<string, ModuleModel['kind']> = new Map([
  ['VIEW', 'view'],
  ['PROCEDURE', 'procedure'],
  ['PROC', 'procedure'],
  ['FUNCTION', 'function'],
  ['TRIGGER', 'trigger'],
]);

function module(reader: TokenReader): Meaning {
  reader.take('OR', 'ALTER');
  const kind = moduleKind(reader);
  const start = reader.peek()?.start ?? 0;
  const name = reader.name();
  reader.until();
  return { kind: 'module', module: { kind, name, definition: reader.source.slice(start).trim() } };
}

function dropModule(reader: TokenReader): Meaning {
  moduleKind(reader);
  const ifExists = reader.take('IF', 'EXISTS');
  return { kind: 'drop-module', name: reader.name(), ifExists };
}

function moduleKind(reader: TokenReader): ModuleModel['kind'] {
  const kind = MODULE_KINDS.get(reader.peek()?.value.toUpperCase() ?? '');
  if (kind === undefined) throw reader.unreadable('what it makes, changes or drops is not known');
  reader.next();
  return kind;
}

/** `EXEC sp_rename 'a.b', 'c', 'COLUMN'`; any other procedure is not ours to understand. */
function execute(reader: TokenReader): Meaning {
  reader.next();
  if (reader.take('SP_EXECUTESQL') || reader.sees('(')) {
    throw reader.unreadable('what it executes is only known to the server');
  }
  if (!reader.take('SP_RENAME')) {
    reader.until();
    return { kind: 'data', verb: 'EXEC', table: undefined };
  }
  const from = reader
    .next()
    .value.split('.')
    .map((part) => part.replace(/^\[|\]$/g, ''));
  reader.expect(',');
  const to = reader.next().value;
  const kind = reader.take(',') ? reader.next().value.toUpperCase() : 'OBJECT';
  const last = from.at(-1) ?? '';
  const owner = qualifiedName(from.slice(0, -1));
  if (kind === 'COLUMN') return { kind: 'rename-column', table: owner, from: last, to };
  if (kind === 'INDEX') return { kind: 'rename-index', table: owner, from: last, to };
  // The new name has no schema: an object stays in its own.
  return {
    kind: 'rename-table',
    from: qualifiedName(from),
    to: qualifiedName([...from.slice(0, -1), to]),
  };
}

function data(reader: TokenReader): Meaning {
  const verb = reader.next().value.toUpperCase();
  if (!DATA.includes(verb)) throw reader.unreadable(`${verb} is not known`);
  if (verb === 'UPDATE' || verb === 'DELETE' || verb === 'INSERT' || verb === 'TRUNCATE') {
    for (const word of ['TOP', 'FROM', 'INTO', 'TABLE']) {
      if (reader.take(word) && word === 'TOP') reader.enclosed();
    }
    const table = reader.name();
    reader.until(';');
    return { kind: 'data', verb, table };
  }
  reader.until(';');
  return { kind: 'data', verb, table: undefined };
}
