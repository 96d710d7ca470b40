import { columnText, columnsText, indexText } from '../schema/compare-schemas.ts';
import type { SchemaModel, TableModel } from '../schema/schema-model.ts';
import { INDEX_PURPOSES, TABLE_PURPOSES } from './purposes.ts';

/** Something of the schema that nobody has explained yet. */
export class Unexplained extends Error {
  override name = 'Unexplained';
}

/** `docs/schema.md`: the schema on SQL Server as the steps make it, with a picture. */
export function schemaDocument({ tables }: SchemaModel): string {
  const all = [...tables.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    '# The schema on SQL Server',
    'Generated from `migrations/versions` by `npm run docs:schema`; `npm test` fails where it is stale. Columns are',
    '`nvarchar` for what people write, and `varchar` or `char` in a binary collation for ids and codes. Money is `bigint` in',
    'minor units, instants are `datetime2(3)` in UTC. The tables of the migration tool itself are in [dba.md](dba.md).',
    '',
    '## Picture',
    '```mermaid',
    'erDiagram',
    ...all.flatMap((table) => [...relations(table), ...entity(table)].map((line) => `  ${line}`)),
    '```',
    '',
    '## What covering costs',
    'The three indexes behind the lists carry every listed column, the note included, so that a page is one seek however deep',
    'it lies and however the optimizer guesses. They are paid for when an order moves: it then writes the row and four indexes,',
    'these three and `ix_orders_placed`, which has `status` in its key. That one stays because the summary of the dashboard and',
    'the figures of reports are answered from it alone: without `status` there, each order of the period would be looked up. An',
    'order moves about four times in its life and is listed far more often; where notes are long and lists rare, drop `note`',
    'from the INCLUDE lists, and a page costs one look-up a row instead. Which index serves which query is in',
    '[queries.md](queries.md).',
    '',
    ...all.flatMap(section),
  ].join('\n');
}

function relations(table: TableModel): string[] {
  return table.foreignKeys.map(
    ({ columns, references }) =>
      `${references.table} ||--o{ ${table.name} : "${columns.join(', ')}"`,
  );
}

function entity(table: TableModel): string[] {
  const keys = table.primaryKey?.columns.map(({ name }) => name) ?? [];
  const foreign = table.foreignKeys.flatMap(({ columns }) => columns);
  const lines = table.columns.map(({ name, type }) => {
    const marks = [keys.includes(name) ? 'PK' : '', foreign.includes(name) ? 'FK' : ''];
    return `  ${type.replace('(', '_').replace(')', '')} ${name} ${marks.filter(Boolean).join(', ')}`.trimEnd();
  });
  return [`${table.name} {`, ...lines, '}'];
}

function section(table: TableModel): string[] {
  const purpose = explained(TABLE_PURPOSES, table.name);
  return [
    `## ${table.name}`,
    '',
    purpose,
    '',
    '| column | type |',
    '| --- | --- |',
    ...table.columns.map((column) => `| \`${column.name}\` | \`${columnText(column)}\` |`),
    '',
    ...constraints(table).map((line) => `- ${line}`),
    ...table.indexes.map(
      (index) =>
        `- \`${index.name}\`: ${indexText(index)}${index.filter === undefined ? '' : ` where ${index.filter}`}, for ${explained(INDEX_PURPOSES, index.name)}`,
    ),
    '',
  ];
}

function constraints({ primaryKey, uniques, foreignKeys, checks }: TableModel): string[] {
  return [
    ...(primaryKey === undefined
      ? []
      : [
          `\`${primaryKey.name}\`: primary key ${columnsText(primaryKey.columns)}${primaryKey.clustered ? '' : ', nonclustered'}`,
        ]),
    ...uniques.map(({ name, columns }) => `\`${name}\`: unique ${columnsText(columns)}`),
    ...foreignKeys.map(
      ({ name, columns, references }) =>
        `\`${name}\`: (${columns.join(', ')}) → ${references.table} (${references.columns.join(', ')})`,
    ),
    ...checks.map(({ name, definition }) => `\`${name}\`: \`${definition}\``),
  ];
}

function explained(purposes: Readonly<Record<string, string>>, name: string): string {
  const purpose = purposes[name];
  if (purpose === undefined) {
    throw new Unexplained(`Say in migrations/documentation/purposes.ts what ${name} is for.`);
  }
  return purpose;
}
