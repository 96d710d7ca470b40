import type { ColumnModel, KeyColumn, KeyModel, ReferentialAction } from './schema-model.ts';
import type { Constraint } from './statement.ts';
import type { TokenReader } from './token-reader.ts';

export interface TableElement {
  columns: ColumnModel[];
  constraints: Constraint[];
}

/** Words that may follow a column's type, and so end the expression of its default. */
const AFTER_DEFAULT = [
  ',',
  ')',
  ';',
  'NOT',
  'NULL',
  'CONSTRAINT',
  'PRIMARY',
  'UNIQUE',
  'CHECK',
  'REFERENCES',
  'FOREIGN',
  'IDENTITY',
  'COLLATE',
  'DEFAULT',
  'WITH',
  'FOR',
] as const;

/** One element of CREATE TABLE's list or of ALTER TABLE ADD: a column or a constraint. */
export function parseElement(reader: TokenReader, checked: boolean, into: TableElement): void {
  const constraint = parseConstraint(reader, checked);
  if (constraint === undefined) parseColumn(reader, into);
  else into.constraints.push(constraint);
}

function parseColumn(reader: TokenReader, into: TableElement): void {
  if (reader.sees('INDEX') || reader.sees('PERIOD', 'FOR')) {
    throw reader.unreadable('this element of a table is not known');
  }
  const name = reader.identifier();
  if (reader.take('AS')) {
    const computed = reader.sees('(') ? reader.enclosed() : reader.untilWithin([',', 'PERSISTED']);
    reader.take('PERSISTED');
    const nullable = !reader.take('NOT', 'NULL');
    into.columns.push({ ...column(name, ''), nullable, computed });
    return;
  }
  const model = { ...column(name, parseType(reader)) };
  while (!reader.isAtEnd && !reader.sees(',') && !reader.sees(')')) {
    if (reader.take('COLLATE')) model.collation = reader.identifier();
    else if (reader.take('NOT', 'NULL')) model.nullable = false;
    else if (reader.take('NULL')) model.nullable = true;
    else if (reader.take('IDENTITY')) {
      model.identity = true;
      if (reader.sees('(')) reader.enclosed();
    } else if (reader.take('AUTOINCREMENT')) model.identity = true;
    else if (reader.take('WITH', 'VALUES')) continue;
    else parseColumnConstraint(reader, model, into);
  }
  into.columns.push(model);
}

/** Reads a type: its name in small letters, synonyms resolved, `double precision` as `float`. */
export function parseType(reader: TokenReader): string {
  const name = reader.name().toLowerCase();
  const long = name === 'double' && reader.take('PRECISION') ? 'float' : name;
  if (!reader.sees('(')) return SYNONYMS.get(long) ?? long;
  return `${SYNONYMS.get(long) ?? long}(${reader.enclosed().replaceAll(/\s/g, '').toLowerCase()})`;
}

const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['integer', 'int'],
  ['dec', 'decimal'],
  ['numeric', 'decimal'],
  ['character', 'char'],
]);

function column(name: string, type: string): Mutable<ColumnModel> {
  return {
    name,
    type,
    collation: undefined,
    nullable: true,
    identity: false,
    default: undefined,
    computed: undefined,
  };
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

function parseColumnConstraint(
  reader: TokenReader,
  model: Mutable<ColumnModel>,
  into: TableElement,
): void {
  const name = reader.take('CONSTRAINT') ? reader.identifier() : undefined;
  if (reader.take('DEFAULT')) {
    model.default = { name, definition: reader.untilWithin(AFTER_DEFAULT) };
  } else if (reader.take('PRIMARY', 'KEY')) {
    model.nullable = false;
    into.constraints.push({ type: 'primary-key', key: keyOf(reader, name, true, [model.name]) });
  } else if (reader.take('UNIQUE')) {
    into.constraints.push({ type: 'unique', key: keyOf(reader, name, false, [model.name]) });
  } else if (reader.take('CHECK')) {
    into.constraints.push({ type: 'check', name, definition: reader.enclosed(), checked: true });
  } else if (reader.sees('REFERENCES') || reader.take('FOREIGN', 'KEY')) {
    into.constraints.push(parseReferences(reader, name, [model.name], true));
  } else {
    throw reader.unreadable('this part of a column is not known');
  }
}

/** A constraint of a table; undefined where a column comes instead. */
export function parseConstraint(reader: TokenReader, checked: boolean): Constraint | undefined {
  const name = reader.take('CONSTRAINT') ? reader.identifier() : undefined;
  if (reader.take('PRIMARY', 'KEY')) {
    return { type: 'primary-key', key: keyOf(reader, name, true) };
  }
  if (reader.sees('UNIQUE') && reader.peek(1)?.kind !== 'name') {
    reader.expect('UNIQUE');
    return { type: 'unique', key: keyOf(reader, name, false) };
  }
  if (reader.take('CHECK')) {
    // The server trusts none that lets replication pass.
    const forAll = !reader.take('NOT', 'FOR', 'REPLICATION');
    return { type: 'check', name, definition: reader.enclosed(), checked: checked && forAll };
  }
  if (reader.take('FOREIGN', 'KEY')) {
    return parseReferences(reader, name, reader.columns(), checked);
  }
  if (reader.take('DEFAULT')) {
    const definition = reader.untilWithin(['FOR']);
    reader.expect('FOR');
    const of = reader.identifier();
    reader.take('WITH', 'VALUES');
    return { type: 'default', column: of, default: { name, definition } };
  }
  if (name !== undefined) throw reader.unreadable('this constraint is not known');
  return undefined;
}

function keyOf(
  reader: TokenReader,
  name: string | undefined,
  byDefault: boolean,
  own: readonly string[] = [],
): KeyModel {
  const clustered = reader.take('NONCLUSTERED') ? false : reader.take('CLUSTERED') || byDefault;
  const columns = reader.sees('(')
    ? keyColumns(reader)
    : own.map((column) => ({ name: column, descending: false }));
  return { name, columns, clustered };
}

/** Reads the columns of a key or an index, with their direction. */
export function keyColumns(reader: TokenReader): KeyColumn[] {
  return reader.list(() => {
    const name = reader.identifier();
    const descending = reader.take('DESC');
    if (!descending) reader.take('ASC');
    return { name, descending };
  });
}

function parseReferences(
  reader: TokenReader,
  name: string | undefined,
  columns: readonly string[],
  checked: boolean,
): Constraint {
  reader.expect('REFERENCES');
  const table = reader.name();
  const referenced = reader.sees('(') ? reader.columns() : [];
  const actions = { DELETE: action('no action'), UPDATE: action('no action') };
  while (reader.take('ON')) {
    const of = reader.take('DELETE') ? 'DELETE' : 'UPDATE';
    if (of === 'UPDATE') reader.expect('UPDATE');
    actions[of] = parseAction(reader);
  }
  return {
    type: 'foreign-key',
    checked,
    foreignKey: {
      name,
      columns,
      references: { table, columns: referenced },
      onDelete: actions.DELETE,
      onUpdate: actions.UPDATE,
    },
  };
}

function action(value: ReferentialAction): ReferentialAction {
  return value;
}

function parseAction(reader: TokenReader): ReferentialAction {
  if (reader.take('CASCADE')) return 'cascade';
  if (reader.take('SET', 'NULL')) return 'set null';
  if (reader.take('SET', 'DEFAULT')) return 'set default';
  if (reader.take('RESTRICT')) return 'no action';
  reader.expect('NO', 'ACTION');
  return 'no action';
}
