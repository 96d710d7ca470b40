import { ONLINE } from '../step/create-index.ts';
import { modelName, nameParts } from './object-name.ts';
import { parseData } from './parse-data.ts';
import { parseIndex } from './parse-index.ts';
import { parseObject } from './parse-object.ts';
import { parseConstraint, parseElement, parseType } from './parse-table.ts';
import type { TableElement } from './parse-table.ts';
import type { ModuleModel, TableModel } from './schema-model.ts';
import type { Constraint, Meaning, Statement } from './statement.ts';
import { OtherDatabase, TokenReader, Unreadable } from './token-reader.ts';

/** What `createIndex` and knex write around a statement, to fit it to the server or the table. */
const ONLINE_SUFFIX = /^\s*EXEC \(N'((?:[^']|'')*)' \+ @online\)$/;
const DROP_DEFAULT = new RegExp(
  String.raw`^DECLARE @constraint varchar\(100\) = \(SELECT default_constraints\.name FROM sys\.all_columns INNER JOIN sys\.tables ON all_columns\.object_id = tables\.object_id INNER JOIN sys\.schemas ON tables\.schema_id = schemas\.schema_id INNER JOIN sys\.default_constraints ON all_columns\.default_object_id = default_constraints\.object_id WHERE schemas\.name = 'dbo' AND tables\.name = '([^']+)' AND all_columns\.name = '([^']+)'\) IF @constraint IS NOT NULL EXEC\('ALTER TABLE (?:dbo\.)?\[?([^'\] ]+)\]? DROP CONSTRAINT ' \+ @constraint\)$`,
);
const TEXTS = String.raw`N'MS_Description', N'(?:[^']|'')*'(?:, N'(?:[^']|'')*')+`;
const DESCRIPTION = new RegExp(
  String.raw`^IF EXISTS\(SELECT \* FROM sys\.fn_listextendedproperty\((?:[^'()]|'(?:[^']|'')*')*\)\) EXEC sys\.sp_updateextendedproperty ${TEXTS} ELSE EXEC sys\.sp_addextendedproperty ${TEXTS}$`,
);

/** What a T-SQL statement does to the schema. What cannot be read is told as `unreadable`. */
export function parseStatement(sql: string): Statement {
  try {
    return { ...parse(sql.trim().replace(/;$/, '')), sql };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'unreadable', reason: error.message, sql };
    throw error;
  }
}

function parse(text: string): Meaning {
  const online = text.startsWith(ONLINE)
    ? ONLINE_SUFFIX.exec(text.slice(ONLINE.length))?.[1]
    : undefined;
  if (online !== undefined) {
    const inner = parse(online.replaceAll("''", "'"));
    if (inner.kind === 'create-index') return { ...inner, online: true };
    throw new Unreadable('it builds no index');
  }
  const oneLine = text.replaceAll(/\s+/g, ' ');
  const [, table, column, altered] = DROP_DEFAULT.exec(oneLine) ?? [];
  if (table !== undefined && column !== undefined && table === altered) {
    return { kind: 'drop-default', table: modelName([table]), column };
  }
  if (DESCRIPTION.test(oneLine)) return { kind: 'data', verb: 'EXEC', table: undefined };
  const reader = new TokenReader(text);
  const meaning = parseHere(reader);
  if (!reader.isAtEnd)
    throw reader.unreadable('only one statement at a time can be read; more comes');
  return meaning;
}

function parseHere(reader: TokenReader): Meaning {
  const verb = reader.peek()?.value.toUpperCase() ?? '';
  try {
    return parseFirst(reader);
  } catch (error) {
    if (!(error instanceof OtherDatabase)) throw error;
    reader.untilWithin([';'], ['SELECT', 'SET', 'UPDATE', 'INSERT', 'DELETE']);
    return { kind: 'data', verb, table: undefined };
  }
}

function parseFirst(reader: TokenReader): Meaning {
  if (reader.take('IF', 'OBJECT_ID')) return parseGuarded(reader);
  if (reader.take('CREATE', 'TABLE')) return createTable(reader, false);
  if (reader.take('DROP', 'TABLE')) {
    const ifExists = reader.take('IF', 'EXISTS');
    return { kind: 'drop-table', table: reader.name(), ifExists };
  }
  if (reader.take('ALTER', 'TABLE')) return alterTable(reader, reader.name());
  if (reader.take('ALTER', 'ROLE')) return alterRole(reader);
  const object = parseObject(reader);
  if (object !== undefined) return object;
  if (reader.take('CREATE')) return create(reader);
  if (reader.take('DROP', 'INDEX')) return dropIndex(reader);
  if (reader.take('ALTER')) return module(reader);
  if (reader.take('DROP')) return dropModule(reader);
  if (reader.sees('EXEC') || reader.sees('EXECUTE')) return execute(reader);
  return parseData(reader);
}

/** `IF OBJECT_ID('x', 'U') IS [NOT] NULL` before a CREATE or DROP TABLE of that same table. */
function parseGuarded(reader: TokenReader): Meaning {
  const asked = new TokenReader(reader.enclosed()).next().value;
  reader.expect('IS');
  const present = reader.take('NOT');
  reader.expect('NULL');
  const isDrop = reader.sees('DROP', 'TABLE');
  const isCreate = reader.sees('CREATE', 'TABLE');
  if (present ? !isDrop : !isCreate) {
    throw reader.unreadable('whether this is done is only known to the server');
  }
  reader.expect(present ? 'DROP' : 'CREATE', 'TABLE');
  const start = reader.peek()?.start ?? 0;
  const meaning: Meaning = present
    ? { kind: 'drop-table', table: reader.name(), ifExists: true }
    : createTable(reader, true);
  const table = new TokenReader(reader.source.slice(start)).name();
  if (new TokenReader(asked).name().toLowerCase() !== table.toLowerCase()) {
    throw reader.unreadable(`it asks for ${asked} and not for ${table}`);
  }
  return meaning;
}

function alterRole(reader: TokenReader): Meaning {
  reader.name();
  if (!reader.take('ADD', 'MEMBER')) reader.expect('DROP', 'MEMBER');
  reader.name();
  return { kind: 'data', verb: 'ALTER ROLE', table: undefined };
}

function createTable(reader: TokenReader, ifMissing: boolean): Meaning {
  const name = reader.name();
  if (name.startsWith('#'))
    throw reader.unreadable('a temporary table is gone after its statement');
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
  const isOrdered = table.uniques.some(({ clustered }) => clustered);
  // A primary key is the table's order, unless another is and it doesn't insist.
  const insists = /\bKEY\s+CLUSTERED\b/i.test(reader.source);
  const primaryKey =
    table.primaryKey !== undefined && isOrdered && !insists
      ? { ...table.primaryKey, clustered: false }
      : table.primaryKey;
  return { kind: 'create-table', table: { ...table, primaryKey }, ifMissing };
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
  const checked = !unchecked && reader.take('WITH', 'CHECK');
  if (reader.take('ADD')) return add(reader, table, !unchecked);
  if (reader.take('CHECK', 'CONSTRAINT')) {
    // Enforced again it is trusted only where the rows that are there were checked.
    const enforcement = checked ? undefined : 'untrusted';
    return { kind: 'enforce', table, names: constraints(reader), enforcement };
  }
  if (checked || unchecked) throw reader.unreadable('ADD or CHECK CONSTRAINT was expected');
  if (reader.take('NOCHECK', 'CONSTRAINT')) {
    return { kind: 'enforce', table, names: constraints(reader), enforcement: 'disabled' };
  }
  const disabled = reader.take('DISABLE', 'TRIGGER');
  if (disabled || reader.take('ENABLE', 'TRIGGER')) {
    return { kind: 'enable-trigger', table, names: reader.several(() => reader.name()), disabled };
  }
  if (reader.take('ALTER', 'COLUMN')) {
    const name = reader.identifier();
    const type = parseType(reader);
    const collation = reader.take('COLLATE') ? reader.identifier() : undefined;
    const nullable = !reader.take('NOT', 'NULL');
    if (nullable) reader.take('NULL');
    return { kind: 'alter-column', table, column: { name, type, collation, nullable } };
  }
  reader.expect('DROP');
  if (reader.take('COLUMN')) {
    const ifExists = reader.take('IF', 'EXISTS');
    const columns = reader.several(() => reader.identifier());
    return { kind: 'drop-columns', table, columns, ifExists };
  }
  reader.take('CONSTRAINT');
  const ifExists = reader.take('IF', 'EXISTS');
  return { kind: 'drop-constraint', table, name: reader.identifier(), ifExists };
}

function constraints(reader: TokenReader): string[] {
  return reader.several(() => reader.identifier());
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
  if (reader.take('INDEX')) return parseIndex(reader, { unique, clustered });
  if (unique || clustered) throw reader.unreadable('INDEX was expected');
  return module(reader);
}

function dropIndex(reader: TokenReader): Meaning {
  const ifExists = reader.take('IF', 'EXISTS');
  const name = reader.identifier();
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
  const name = reader.name();
  const start = reader.peek()?.start ?? reader.source.length;
  if (kind === 'trigger' && (reader.sees('ON', 'DATABASE') || reader.sees('ON', 'ALL'))) {
    throw reader.unreadable('only triggers of tables and views are known');
  }
  reader.until();
  // Its name as a model has it: a statement may leave `dbo` out, or put it in brackets.
  const definition = `${name} ${reader.source.slice(start).trim()}`;
  return { kind: 'module', module: { kind, name, definition } };
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

/** `EXEC sp_rename 'a.b', 'c', 'COLUMN'`; what any other procedure does is for lint to judge. */
function execute(reader: TokenReader): Meaning {
  reader.next();
  if (reader.sees('SP_EXECUTESQL') || reader.sees('(') || reader.peek()?.value.startsWith('@')) {
    throw reader.unreadable('what it executes is only known to the server');
  }
  if (reader.sees('AS'))
    throw reader.unreadable('who runs what follows is known only to the server');
  const parts = reader.qualifiedName();
  const procedure = parts.at(-1)?.toLowerCase() ?? '';
  if (procedure !== 'sp_rename') {
    reader.untilWithin([';']);
    return { kind: 'data', verb: 'EXEC', table: undefined, procedure };
  }
  if (parts.length > 2) throw new OtherDatabase();
  return rename(reader);
}

function rename(reader: TokenReader): Meaning {
  const from = nameParts(textArgument(reader));
  reader.expect(',');
  const to = textArgument(reader);
  const kind = reader.take(',') ? textArgument(reader).toUpperCase() : 'OBJECT';
  if (from.length > (kind === 'OBJECT' ? 2 : 3)) {
    throw reader.unreadable('only what belongs to this database is known');
  }
  const last = from.at(-1) ?? '';
  const table = modelName(from.slice(0, -1));
  if (kind === 'COLUMN') return { kind: 'rename-column', table, from: last, to };
  if (kind === 'INDEX') return { kind: 'rename-index', table, from: last, to };
  if (kind !== 'OBJECT') throw reader.unreadable(`what is renamed as ${kind} is not known`);
  // The new name has no schema: an object stays in its own.
  return {
    kind: 'rename-table',
    from: modelName(from),
    to: modelName([...from.slice(0, -1), to]),
  };
}

function textArgument(reader: TokenReader): string {
  const token = reader.next();
  if (token.kind !== 'text' && token.kind !== 'name') {
    throw reader.unreadable('a text was expected');
  }
  return token.value;
}
