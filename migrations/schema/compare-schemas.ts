import { enforcementDifferences, triggerDifferences } from './compare-enforcement.ts';
import { unreadDifferences } from './compare-unread.ts';
import type { Difference } from './difference.ts';
import { difference } from './difference.ts';
import { canonicalExpression } from './expression.ts';
import { isCaseSensitive, key, plainText } from './schema-model.ts';
import type {
  ColumnModel,
  ForeignKeyModel,
  IndexModel,
  KeyColumn,
  KeyModel,
  ModuleModel,
  ObjectModel,
  SchemaModel,
  TableModel,
} from './schema-model.ts';

export { describeDifference } from './difference.ts';
export type { Difference } from './difference.ts';

export interface Comparison {
  differences: Difference[];
  /** Subjects whose expressions could not be read, on either side. */
  notCompared: string[];
}

/**
 * Every difference between two schemas; the order of columns is none, and neither is the case of a
 * name unless the database tells names apart by it.
 */
export function compareSchemas(expected: SchemaModel, actual: SchemaModel): Comparison {
  const result: Comparison = { differences: [], notCompared: [] };
  const collation = actual.collation ?? expected.collation;
  const rules: Rules = {
    collation: collation?.toLowerCase(),
    named: isCaseSensitive(collation) ? (name) => name : key,
  };
  const tables = ({ tables: own }: SchemaModel) => byName([...own.values()], rules);
  for (const [name, expectedTable, actualTable] of pairs(tables(expected), tables(actual))) {
    if (expectedTable !== undefined && actualTable !== undefined) {
      compareTables(expectedTable, actualTable, rules, result);
    } else {
      const text = (table: TableModel | undefined) => table && `table ${table.name}`;
      result.differences.push(difference(name, text(expectedTable), text(actualTable)));
    }
  }
  // On SQLite a view and a trigger may share a name.
  const modules = ({ modules: own }: SchemaModel) =>
    byKey([...own.values()], ({ kind, name }) => `${kind} ${rules.named(name)}`);
  for (const [, one, other] of pairs(modules(expected), modules(actual))) {
    const name = rules.named((one ?? other)?.name ?? '');
    compareTexts(name, one && moduleText(one), other && moduleText(other), result);
  }
  const objects = ({ objects: own }: SchemaModel) => byName([...(own?.values() ?? [])], rules);
  for (const [name, one, other] of pairs(objects(expected), objects(actual))) {
    compareTexts(name, one && objectText(one), other && objectText(other), result);
  }
  result.differences.push(...triggerDifferences(expected, actual));
  result.notCompared.push(...(expected.unforeseen ?? []));
  return result;
}

interface Rules {
  /** The database's own, in small letters: a column that names it is one that names none. */
  collation: string | undefined;
  /** What a name is found by, and a text of names compared by. */
  named: (name: string) => string;
}

function compareTables(
  expected: TableModel,
  actual: TableModel,
  rules: Rules,
  result: Comparison,
): void {
  if (expected.unread === undefined && actual.unread === undefined) {
    compareColumns(expected, actual, rules, result);
  }
  compareTextsOf(indexTexts, expected, actual, rules, result);
  for (const [name, one, other] of pairs(
    byName(expected.indexes, rules),
    byName(actual.indexes, rules),
  )) {
    if (one && other)
      compareDefinitions(`${expected.name}: ${name}`, 'where', one.filter, other.filter, result);
  }
  result.differences.push(
    ...unreadDifferences(expected, actual),
    ...enforcementDifferences(expected, actual),
  );
}

function compareColumns(
  expected: TableModel,
  actual: TableModel,
  rules: Rules,
  result: Comparison,
): void {
  const of = (name: string) => `${expected.name}.${name}`;
  for (const [name, one, other] of pairs(
    byName(expected.columns, rules),
    byName(actual.columns, rules),
  )) {
    const text = (column: ColumnModel | undefined) =>
      column && columnText(withoutOwnCollation(column, rules));
    // Names of collations, and of types, have no case.
    if (text(one)?.toLowerCase() !== text(other)?.toLowerCase())
      compareTexts(of(name), text(one), text(other), result);
    if (one !== undefined && other !== undefined) compareExpressions(of(name), one, other, result);
  }
  compareTextsOf(keyTexts, expected, actual, rules, result);
  compareTextsOf(foreignKeyTexts, expected, actual, rules, result);
  for (const [name, one, other] of pairs(checksOf(expected), checksOf(actual))) {
    const subject = `${expected.name}: ${name}`;
    compareDefinitions(subject, 'check', one, other, result);
  }
}

function compareTextsOf(
  textsOf: (table: TableModel) => Map<string, string>,
  expected: TableModel,
  actual: TableModel,
  { named }: Rules,
  result: Comparison,
): void {
  for (const [name, one, other] of pairs(textsOf(expected), textsOf(actual))) {
    const isSame = one !== undefined && other !== undefined && named(one) === named(other);
    if (!isSame) compareTexts(`${expected.name}: ${name}`, one, other, result);
  }
}

function withoutOwnCollation(column: ColumnModel, { collation }: Rules): ColumnModel {
  const isOwn = collation !== undefined && column.collation?.toLowerCase() === collation;
  return isOwn ? { ...column, collation: undefined } : column;
}

type Named = { name: string | undefined };

/** By name; a constraint whose name was left to the server is found by what it says. */
function texts<Item extends Named>(
  items: readonly Item[],
  textOf: (item: Item) => string,
): [string, string][] {
  return items.map((item) => {
    const text = textOf(item);
    return [item.name === undefined ? `(unnamed) ${text}` : key(item.name), text];
  });
}

function keyTexts({ primaryKey, uniques }: TableModel): Map<string, string> {
  const primary = primaryKey === undefined ? [] : [primaryKey];
  return new Map([
    ...texts(primary, (one) => `primary key ${keyText(one)}`),
    ...texts(uniques, (one) => `unique ${keyText(one)}`),
  ]);
}

function foreignKeyTexts({ foreignKeys }: TableModel): Map<string, string> {
  return new Map(texts(foreignKeys, foreignKeyText));
}

function indexTexts({ indexes }: TableModel): Map<string, string> {
  return new Map(
    texts(
      indexes.filter(({ unread }) => unread === undefined),
      indexText,
    ),
  );
}

function checksOf({ checks }: TableModel): Map<string, string> {
  const named = checks.map(({ name, definition }): [string, string] => [
    name?.toLowerCase() ?? `(unnamed) check (${canonicalExpression(definition) ?? definition})`,
    definition,
  ]);
  return new Map(named);
}

function compareExpressions(
  subject: string,
  one: ColumnModel,
  other: ColumnModel,
  result: Comparison,
): void {
  compareDefinitions(
    subject,
    'default',
    one.default?.definition,
    other.default?.definition,
    result,
  );
  compareDefinitions(subject, 'computed as', one.computed, other.computed, result);
  const names = [one.default?.name, other.default?.name].map((name) => name?.toLowerCase());
  // A default that the statement left unnamed has the server's own name.
  if (one.default?.name !== undefined && other.default !== undefined && names[0] !== names[1]) {
    result.differences.push(
      difference(
        subject,
        `default named ${one.default.name}`,
        `default named ${other.default.name}`,
      ),
    );
  }
}

function compareDefinitions(
  subject: string,
  label: string,
  expected: string | undefined,
  actual: string | undefined,
  result: Comparison,
): void {
  const text = (definition: string | undefined) =>
    definition === undefined ? undefined : `${label} (${definition})`;
  if (expected === undefined || actual === undefined) {
    compareTexts(subject, text(expected), text(actual), result);
    return;
  }
  const [one, other] = [canonicalExpression(expected), canonicalExpression(actual)];
  if (one === undefined || other === undefined)
    result.notCompared.push(`${subject}: ${text(actual)}`);
  else if (one !== other)
    result.differences.push(difference(subject, text(expected), text(actual)));
}

function compareTexts(
  subject: string,
  expected: string | undefined,
  actual: string | undefined,
  result: Comparison,
): void {
  if (expected !== actual) result.differences.push(difference(subject, expected, actual));
}

function* pairs<Item>(
  expected: ReadonlyMap<string, Item>,
  actual: ReadonlyMap<string, Item>,
): Generator<[string, Item | undefined, Item | undefined]> {
  for (const name of new Set([...expected.keys(), ...actual.keys()])) {
    yield [name, expected.get(name), actual.get(name)];
  }
}

function byName<Item extends { name: string }>(
  items: readonly Item[],
  { named }: Rules,
): Map<string, Item> {
  return byKey(items, ({ name }) => named(name));
}

function byKey<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item> {
  return new Map(items.map((item) => [keyOf(item), item]));
}

/** A column as a DBA writes it, without its name. */
export function columnText({ type, collation, nullable, identity, computed }: ColumnModel): string {
  if (computed !== undefined) return 'computed';
  const collate = collation === undefined ? '' : ` collate ${collation}`;
  return `${type}${collate}${identity ? ' identity' : ''}${nullable ? ' null' : ' not null'}`;
}

/** Key columns as T-SQL writes them: `(a, b desc)`. */
export function columnsText(columns: readonly KeyColumn[]): string {
  return `(${columns.map(({ name, descending }) => (descending ? `${name} desc` : name)).join(', ')})`;
}

function keyText({ columns, clustered }: KeyModel): string {
  return `${clustered ? 'clustered' : 'nonclustered'} ${columnsText(columns)}`;
}

function foreignKeyText({ columns, references, onDelete, onUpdate }: ForeignKeyModel): string {
  const actions = [
    onDelete === 'no action' ? '' : ` on delete ${onDelete}`,
    onUpdate === 'no action' ? '' : ` on update ${onUpdate}`,
  ].join('');
  return `foreign key (${columns.join(', ')}) references ${references.table} (${references.columns.join(', ')})${actions}`;
}

/** An index without its name; its predicate is compared by its meaning. */
export function indexText({ columns, include, unique, clustered }: IndexModel): string {
  const included = include.length === 0 ? '' : ` include (${[...include].sort().join(', ')})`;
  return `${unique ? 'unique ' : ''}${clustered ? 'clustered ' : ''}index ${columnsText(columns)}${included}`;
}

function objectText({ kind, name }: ObjectModel): string {
  return `${kind} ${name}`;
}

function moduleText({ kind, definition }: ModuleModel): string {
  return `${kind} ${plainText(definition)}`;
}
