import type { KeyColumn, TableModel } from '@ordercast/migrations/schema/schema-model.ts';
import type { Query, TableAccess } from './query.ts';

/**
 * What may be wrong with the way in which a table is read. `scan`: no key holds what is read.
 * `sort`: rows are read to be ordered, whatever TOP says. `reads past`: rows of the seek are read
 * and not wanted. `look-ups`: nothing bounds the rows that are looked up beside the index.
 */
export type Fault = 'scan' | 'sort' | 'reads past' | 'look-ups' | 'selects all';

/** The index by which SQL Server can read a table for a query, and what that costs. */
export interface Serving {
  table: string;
  index: string;
  /** Leading key columns, those held to values first, with a range last: `status =`, `id < >`. */
  seek: readonly string[];
  order: 'none' | 'by the index' | 'sorted';
  /** What bounds the look-ups of rows beside the index. */
  lookUps: 'none' | 'one' | 'one a value' | 'TOP' | 'the written rows' | 'each row found';
  faults: readonly Fault[];
}

interface Candidate {
  name: string;
  /** With the clustered key at its end, as a nonclustered index has it that is not unique. */
  columns: readonly KeyColumn[];
  /** As many of the columns are unique together; none where 0. */
  uniqueColumns: number;
  covers: ReadonlySet<string> | 'all';
  filter: string | undefined;
}

/** How each table of a query is served best, in their order; `preferred` names an index to judge. */
export function serveQuery(query: Query, preferred?: string): Serving[] {
  return query.tables.map((access) => {
    const servings = candidatesOf(access.table)
      .filter(({ filter }) => isImplied(filter, access))
      .map((candidate) => serve(query, access, candidate));
    const named = servings.find(({ serving }) => serving.index === preferred);
    const [best] = servings.sort((a, b) => a.cost - b.cost);
    const chosen = named ?? best;
    if (chosen !== undefined) return chosen.serving;
    const { name } = access.table;
    const faults: Fault[] = ['scan'];
    return { table: name, index: 'none', seek: [], order: 'none', lookUps: 'none', faults };
  });
}

function candidatesOf({ primaryKey, uniques, indexes }: TableModel): Candidate[] {
  const clustered = [primaryKey, ...indexes].find((one) => one?.clustered)?.columns ?? [];
  const candidate = (
    name: string | undefined,
    columns: readonly KeyColumn[],
    traits: { clustered: boolean; unique: boolean; include?: readonly string[]; filter?: string },
  ): Candidate => {
    const added = clustered.filter(({ name: own }) => !columns.some((one) => one.name === own));
    const all = [...columns, ...added];
    return {
      name: name ?? 'unnamed',
      // A unique index has the clustered key in its leaves alone, where nothing is sought.
      columns: traits.clustered || traits.unique ? columns : all,
      uniqueColumns: traits.unique ? columns.length : 0,
      covers: traits.clustered
        ? 'all'
        : new Set([...all.map((one) => one.name), ...(traits.include ?? [])]),
      filter: traits.filter,
    };
  };
  return [
    ...[primaryKey, ...uniques].flatMap((one) =>
      one === undefined
        ? []
        : [candidate(one.name, one.columns, { clustered: one.clustered, unique: true })],
    ),
    ...indexes.map(({ name, columns, filter, ...traits }) =>
      candidate(name, columns, { ...traits, ...(filter !== undefined && { filter }) }),
    ),
  ];
}

const FILTER = /^\[?(\w+)\]?\s+is\s+(not\s+)?null$/i;

/** Whether every row that the query wants is in a filtered index. */
function isImplied(filter: string | undefined, access: TableAccess): boolean {
  if (filter === undefined) return true;
  const [, column, not] = FILTER.exec(filter.replace(/^\((.*)\)$/, '$1')) ?? [];
  if (column === undefined) return false;
  if (not === undefined) return access.isNull.has(column);
  const isHeld = access.equal.has(column) && !access.isNull.has(column);
  return access.isNotNull.has(column) || access.range.has(column) || isHeld;
}

function serve(
  query: Query,
  access: TableAccess,
  candidate: Candidate,
): { serving: Serving; cost: number } {
  const { held, ranged, rest } = seekOf(access, candidate);
  const matches = held.slice(0, candidate.uniqueColumns).map((name) => access.equal.get(name));
  const isUnique = candidate.uniqueColumns > 0 && matches.length === candidate.uniqueColumns;
  const isOne = isUnique && matches.every((match) => match === 'one');
  const isBounded = isUnique && !matches.includes('query');
  const isFirst = query.tables[0] === access;
  const order = isFirst && !isOne && !query.isGrouped ? orderOf(query, access, candidate) : 'none';
  const endsAtTop = query.hasTop && isFirst && order !== 'sorted';

  const bound = isOne ? 'one' : isBounded ? 'one a value' : endsAtTop ? 'TOP' : 'each row found';
  const lookUps = lookUpsOf(query.kind, access, candidate, { rest, bound });
  const isWhole = held.length + ranged.length === 0 && candidate.filter === undefined;
  const readsPast = rest.length > 0 || (isFirst && query.asksForEach);
  const faults: Fault[] = [
    ...(isWhole && (rest.length > 0 || !endsAtTop) ? (['scan'] as const) : []),
    ...(order === 'sorted' && query.hasTop && !isBounded ? (['sort'] as const) : []),
    ...(readsPast && !isBounded ? (['reads past'] as const) : []),
    ...(query.selectsAll ? (['selects all'] as const) : []),
    ...(lookUps === 'each row found' ? (['look-ups'] as const) : []),
  ];
  const serving: Serving = {
    table: access.table.name,
    index: candidate.name,
    seek: [
      ...held.map((name) => `${name} ${signOf(access.equal.get(name))}`),
      ...ranged.map((name) => `${name} < >`),
    ],
    order,
    lookUps,
    faults,
  };
  return { serving, cost: costOf(serving, isBounded) };
}

/** The leading columns held to values, the one with a range after them, and what else is asked. */
function seekOf(
  { equal, range, isNull, isNotNull, unseekable }: TableAccess,
  { columns, filter }: Candidate,
): { held: string[]; ranged: string[]; rest: string[] } {
  const names = columns.map(({ name }) => name);
  const end = names.findIndex((name) => !equal.has(name));
  const held = end === -1 ? names : names.slice(0, end);
  const ranged = names.slice(held.length, held.length + 1).filter((name) => range.has(name));
  const filtered = [...isNull, ...isNotNull].filter((name) => filter?.includes(name));
  const answered = new Set([...held, ...ranged, ...filtered]);
  const asked = [...equal.keys(), ...range, ...isNotNull].filter((name) => !answered.has(name));
  return { held, ranged, rest: [...new Set([...asked, ...unseekable])] };
}

/** Rows that are refused by columns of the table alone are looked up first, whatever TOP says. */
function lookUpsOf(
  kind: Query['kind'],
  { named }: TableAccess,
  { covers }: Candidate,
  { rest, bound }: { rest: readonly string[]; bound: Serving['lookUps'] },
): Serving['lookUps'] {
  if (covers === 'all') return 'none';
  if (kind === 'select' && [...named].every((name) => covers.has(name))) return 'none';
  if (bound === 'one' || bound === 'one a value') return bound;
  if (!rest.every((name) => covers.has(name))) return 'each row found';
  return kind === 'select' ? bound : 'the written rows';
}

/** Whether the index gives the rows in the wanted order, forwards or backwards. */
function orderOf(query: Query, access: TableAccess, { columns }: Candidate): Serving['order'] {
  if (query.orderBy.length === 0) return 'none';
  const keys = columns.filter(({ name }) => access.equal.get(name) !== 'one');
  const directions = query.orderBy.map(({ access: of, column, descending }, index) => {
    const own = keys[index];
    return of === access && own?.name === column ? own.descending === descending : undefined;
  });
  const [first] = directions;
  const isServed = first !== undefined && directions.every((direction) => direction === first);
  return isServed ? 'by the index' : 'sorted';
}

function signOf(match: string | undefined): string {
  return match === 'one' ? '=' : match === 'list' ? 'in list' : 'in query';
}

/** Orders the ways: no scan, then one row, then few faults, then a longer seek, then no look-up. */
function costOf({ faults, seek, lookUps, order }: Serving, isBounded: boolean): number {
  return (
    (faults.includes('scan') ? 10_000 : 0) +
    (isBounded ? 0 : 1_000) +
    faults.length * 100 -
    seek.length * 10 +
    (lookUps === 'none' ? 0 : 5) +
    (order === 'sorted' ? 2 : 0)
  );
}
