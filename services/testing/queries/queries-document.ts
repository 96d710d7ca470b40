import type { ServedOperation } from './served-operations.ts';
import type { Serving } from './serve-query.ts';

/** `docs/queries.md`: which index serves which query. */
export function queriesDocument(served: readonly ServedOperation[]): string {
  return [
    '# Which index serves which query',
    'Derived from the T-SQL that each operation of the stores sends and from the schema that `migrations/versions` makes, by',
    '`npm run docs:schema`; `npm test` fails where it is stale, where an operation is missing, and where a query has no index.',
    'The tables and indexes are in [schema.md](schema.md).',
    '',
    '- **seek**: the leading key columns of the index that the query holds to values (`=`, `in`), and the range that it reads',
    '  of the next one (`< >`). `its first rows`: as many as `TOP` says, in the order of the index.',
    '- **order**: whether the index gives the wanted order; else the rows found are sorted.',
    '- **look-ups**: what bounds the rows that are looked up in the table, beside the index. `none`: the index has every column.',
    '',
    'What only inserts is left out. No query selects `*`.',
    '',
    '| for | table | index | seek | order | look-ups |',
    '| --- | --- | --- | --- | --- | --- |',
    ...served.flatMap(rows),
    '',
    '## Wanted so',
    ...reasons(served),
    '',
  ].join('\n');
}

function rows({ operation, servings }: ServedOperation): string[] {
  const lines = servings.map(
    (serving) =>
      `| \`${serving.table}\` | \`${serving.index}\` | ${seekText(serving)} | ${serving.order} | ${serving.lookUps} |`,
  );
  return [...new Set(lines)].map(
    (line, place) =>
      `| ${place === 0 ? `${operation.purpose} (\`${operation.name}\`)` : ''} ${line}`,
  );
}

function seekText({ seek, faults }: Serving): string {
  if (seek.length > 0) return seek.map((one) => `\`${one}\``).join(', ');
  return faults.includes('scan') ? 'all of it' : 'its first rows';
}

const MEANINGS: Readonly<Record<Serving['faults'][number], string>> = {
  scan: 'reads the whole index',
  sort: 'reads all that is found to put it in order',
  'reads past': 'reads rows that it does not answer',
  'look-ups': 'looks up as many rows as it finds',
  'selects all': 'selects every column',
};

function reasons(served: readonly ServedOperation[]): string[] {
  const lines = served.flatMap(({ operation: { name, deliberate } }) =>
    deliberate.map(
      ({ index, faults, because }) =>
        `- \`${name}\` by \`${index}\` ${faults.map((fault) => MEANINGS[fault]).join(', ')}: ${because}.`,
    ),
  );
  return [...new Set(lines)];
}
