import { keyColumns } from './parse-table.ts';
import type { Meaning } from './statement.ts';
import { TokenReader } from './token-reader.ts';

/** Options that change how an index is built or kept, and nothing that a program could notice. */
const HARMLESS = [
  'ONLINE',
  'RESUMABLE',
  'MAX_DURATION',
  'FILLFACTOR',
  'PAD_INDEX',
  'SORT_IN_TEMPDB',
  'MAXDOP',
  'STATISTICS_NORECOMPUTE',
  'STATISTICS_INCREMENTAL',
  'DATA_COMPRESSION',
  'ALLOW_ROW_LOCKS',
  'ALLOW_PAGE_LOCKS',
  'OPTIMIZE_FOR_SEQUENTIAL_KEY',
];

/** `CREATE … INDEX` from the index's name on. */
export function parseIndex(
  reader: TokenReader,
  { unique, clustered }: { unique: boolean; clustered: boolean },
): Meaning {
  const name = reader.identifier();
  reader.expect('ON');
  const table = reader.name();
  const columns = keyColumns(reader);
  const include = reader.take('INCLUDE') ? reader.columns() : [];
  const filter = reader.take('WHERE') ? reader.untilWithin(['WITH', 'ON']) : undefined;
  const options = reader.take('WITH') ? readOptions(reader.enclosed()) : new Map<string, string>();
  return {
    kind: 'create-index',
    table,
    index: { name, columns, include, unique, clustered, filter },
    online: options.get('ONLINE') === 'ON',
    resumable: options.get('RESUMABLE') === 'ON',
  };
}

function readOptions(text: string): Map<string, string> {
  const reader = new TokenReader(text);
  const options = new Map<string, string>();
  do {
    const name = reader.next().value.toUpperCase();
    if (!HARMLESS.includes(name)) throw reader.unreadable(`the option ${name} is not known`);
    reader.expect('=');
    options.set(name, reader.next().value.toUpperCase());
    if (reader.sees('(')) reader.enclosed();
    reader.take('MINUTES');
  } while (reader.take(','));
  if (!reader.isAtEnd) throw reader.unreadable('this option is not known');
  return options;
}
