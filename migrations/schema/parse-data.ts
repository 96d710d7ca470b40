import type { ChangedRows, Meaning } from './statement.ts';
import { readCommonTables, readSources, resolveTarget } from './table-sources.ts';
import type { CommonTable } from './table-sources.ts';
import type { TokenReader } from './token-reader.ts';

/** Words that stand within the one statement, and would otherwise begin another. */
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  UPDATE: ['SET'],
  MERGE: ['SET', 'UPDATE', 'DELETE', 'INSERT'],
  INSERT: ['SELECT'],
  SELECT: ['SELECT'],
  GRANT: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'EXECUTE', 'EXEC', 'ALTER', 'CREATE', 'GRANT'],
  SET: ['ON', 'OFF'],
};
const RIGHTS = ['GRANT', 'DENY', 'REVOKE'];
const PLAIN = ['SET', 'PRINT', 'WAITFOR', 'USE'];

/** A statement that changes rows, rights or settings. What it is not sure of is unreadable. */
export function parseData(reader: TokenReader): Meaning {
  const common = reader.take('WITH') ? readCommonTables(reader) : [];
  const verb = reader.next().value.toUpperCase();
  const isRows = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(verb);
  if (isRows) return changesOfRows(reader, verb, common);
  if (common.length > 0) throw reader.unreadable(`${verb} does not follow a WITH`);
  if (verb === 'TRUNCATE') {
    reader.expect('TABLE');
    return change(verb, reader.name(), { reads: [], atMost: undefined });
  }
  if (RIGHTS.includes(verb)) {
    reader.untilWithin([';'], WITHIN['GRANT']);
    return { kind: 'data', verb, table: undefined };
  }
  if (!PLAIN.includes(verb)) throw reader.unreadable(`${verb} is not known`);
  if (verb === 'SET' && reader.peek()?.value.startsWith('@') === true) {
    throw reader.unreadable('a variable is known only to the server');
  }
  reader.untilWithin([';']);
  return { kind: 'data', verb, table: undefined };
}

function changesOfRows(reader: TokenReader, verb: string, common: readonly CommonTable[]): Meaning {
  const atMost = takeTop(reader);
  switch (verb) {
    case 'SELECT':
      return select(reader, common, atMost);
    case 'INSERT':
      reader.take('INTO');
      return insert(reader, common, atMost);
    default: {
      if (reader.sees('STATISTICS')) throw reader.unreadable('UPDATE STATISTICS is not known');
      reader.take(verb === 'MERGE' ? 'INTO' : 'FROM');
      const name = reader.name();
      const alias = verb === 'MERGE' && !reader.sees('USING') ? takeAlias(reader) : undefined;
      const rest = reader.untilWithin([';'], WITHIN[verb]);
      const sources = readSources(rest);
      const target = alias === undefined ? resolveTarget(name, sources, common) : { table: name };
      return change(verb, target.table, {
        reads: tables([...sources, ...common.flatMap((one) => one.sources)]),
        atMost: atMost ?? target.atMost,
      });
    }
  }
}

function insert(
  reader: TokenReader,
  common: readonly CommonTable[],
  top: number | undefined,
): Meaning {
  const table = reader.name();
  if (reader.sees('(')) reader.enclosed();
  const output = reader.untilWithin(['VALUES', 'DEFAULT', 'SELECT', 'EXEC', 'EXECUTE', '(', ';']);
  if (reader.sees('EXEC') || reader.sees('EXECUTE')) {
    throw reader.unreadable('the rows of a procedure are only known to the server');
  }
  if (output !== '' && !/^(OUTPUT|WITH)\b/i.test(output)) {
    throw reader.unreadable('what is inserted is not known');
  }
  const isQuery = reader.sees('SELECT') || reader.sees('(');
  const own = reader.sees('SELECT', 'TOP') ? readTop(reader) : undefined;
  const rest = reader.untilWithin([';'], isQuery ? WITHIN['INSERT'] : []);
  const reads = isQuery
    ? tables([...readSources(rest), ...common.flatMap((one) => one.sources)])
    : [];
  return change('INSERT', table, { reads, atMost: isQuery ? (top ?? own) : 1 });
}

/** `SELECT TOP (10) …`, which is left where it is. */
function readTop(reader: TokenReader): number | undefined {
  const [open, number] = [reader.peek(2), reader.peek(3)];
  const isPercent = reader.peek(5)?.value.toUpperCase() === 'PERCENT';
  return open?.value === '(' && number?.kind === 'number' && !isPercent
    ? Number(number.value)
    : undefined;
}

function select(
  reader: TokenReader,
  common: readonly CommonTable[],
  atMost: number | undefined,
): Meaning {
  reader.untilWithin(['INTO', ';'], WITHIN['SELECT']);
  if (!reader.take('INTO')) return { kind: 'data', verb: 'SELECT', table: undefined };
  const table = reader.name();
  const rest = reader.untilWithin([';'], WITHIN['SELECT']);
  const reads = tables([...readSources(rest), ...common.flatMap((one) => one.sources)]);
  return change('SELECT INTO', table, { reads, atMost });
}

function takeTop(reader: TokenReader): number | undefined {
  reader.take('ALL');
  reader.take('DISTINCT');
  if (!reader.take('TOP')) return undefined;
  const text = reader.sees('(') ? reader.enclosed() : reader.next().value;
  const isPercent = reader.take('PERCENT');
  reader.take('WITH', 'TIES');
  return /^\d+$/.test(text) && !isPercent ? Number(text) : undefined;
}

function takeAlias(reader: TokenReader): string | undefined {
  if (reader.sees('WITH')) return undefined;
  reader.take('AS');
  return reader.name();
}

function change(verb: string, table: string, rows: ChangedRows): Meaning {
  return { kind: 'data', verb, table, rows };
}

function tables(sources: readonly { table: string }[]): string[] {
  return [...new Set(sources.map(({ table }) => table))];
}
