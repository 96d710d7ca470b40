import type { SchemaModel, TableModel } from '../schema/schema-model.ts';
import { key, sameName } from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import { ONLINE_EDITIONS } from '../step/create-index.ts';

/** What a server says of itself, as far as its login may see it. */
export interface ServerFacts {
  /** SERVERPROPERTY('EngineEdition'). */
  engineEdition: number | undefined;
  /** Rows, and bytes with all indexes, by the table's key; both as the catalogue has them, roughly. */
  sizes: ReadonlyMap<string, { rows: number; bytes: number }>;
  /** What its tables are before the plan. */
  schema: SchemaModel;
}

export type Work = 'metadata only' | 'reads rows' | 'rewrites rows' | 'unknown';

export interface StatementCost {
  /** The table whose rows and lock it is about; undefined: it has none, or nobody can tell. */
  table: string | undefined;
  /** What it holds on the table to its end, and who waits for that. */
  lock: string;
  work: Work;
  /** Whether the table stays in use meanwhile. */
  online: string;
}

const SCH_M = 'Sch-M (nobody reads or writes)';
const SHARED = 'S (writers wait)';
const ROWS = 'IX, and X on the rows (5,000 and more may become X on the table)';
const BUILDING = 'IS, at its beginning and end shortly S (Sch-M where clustered)';
const NOT_NEEDED = 'not needed';
const IMPOSSIBLE = 'no';

const cost = (table: string | undefined, lock: string, work: Work, online: string) => ({
  table,
  lock,
  work,
  online: work === 'metadata only' ? NOT_NEEDED : online,
});
const UNKNOWN: StatementCost = cost(undefined, 'unknown', 'unknown', 'unknown');

/**
 * What a statement asks of a server. The rules, all of learn.microsoft.com/sql:
 * - ALTER TABLE takes Sch-M (t-sql/statements/alter-table-transact-sql, "Locks and ALTER TABLE"); a
 *   NOT NULL column with a constant default is metadata on Enterprise, and rewrites every row
 *   elsewhere ("Add NOT NULL columns as an online operation"); a constraint WITH CHECK reads all rows;
 * - ALTER INDEX REBUILD offline takes Sch-M, whatever the index (alter-index-transact-sql, "ONLINE");
 * - CREATE INDEX offline takes S, or Sch-M where it is clustered (create-index-transact-sql,
 *   "ONLINE"); online see relational-databases/indexes/how-online-index-operations-work; which
 *   editions can: SERVERPROPERTY, "EngineEdition", and "Editions and supported features";
 * - TRUNCATE TABLE takes Sch-M (truncate-table-transact-sql); large tables that are dropped or
 *   truncated are freed later (the database engine's "Dropping and rebuilding large objects");
 * - changes of rows take IX and escalate from 5,000 locks on (transaction locking guide).
 * A foreign key takes Sch-M on the table that it refers to as well. What none of them tells is unknown.
 */
export function statementCost(statement: Statement, facts: ServerFacts): StatementCost {
  switch (statement.kind) {
    case 'create-table':
      return cost(statement.table.name, SCH_M, 'metadata only', NOT_NEEDED);
    case 'drop-table':
    case 'drop-columns':
    case 'drop-default':
    case 'rename-column':
    case 'rename-index':
      return cost(statement.table, SCH_M, 'metadata only', NOT_NEEDED);
    case 'rename-table':
      return cost(statement.from, SCH_M, 'metadata only', NOT_NEEDED);
    case 'add-columns':
      return cost(statement.table, SCH_M, addedColumns(statement, facts), IMPOSSIBLE);
    case 'add-constraint':
      return addedConstraint(statement, facts);
    case 'alter-column':
      return cost(statement.table, SCH_M, alteredColumn(statement, facts), editionMay(facts));
    case 'drop-constraint':
      return cost(statement.table, SCH_M, droppedConstraint(statement, facts), editionMay(facts));
    case 'enforce':
      return cost(
        statement.table,
        SCH_M,
        statement.enforcement === undefined ? 'reads rows' : 'metadata only',
        IMPOSSIBLE,
      );
    case 'enable-index':
      return enabledIndex(statement, facts);
    case 'enable-trigger':
      return cost(statement.table, SCH_M, 'metadata only', NOT_NEEDED);
    case 'create-object':
    case 'drop-object':
      return cost(undefined, 'Sch-M on the object alone', 'metadata only', NOT_NEEDED);
    case 'create-index':
      return createdIndex(statement, facts);
    case 'drop-index':
      return cost(statement.table, SCH_M, droppedIndex(statement, facts), editionMay(facts));
    case 'module':
    case 'drop-module':
      return cost(undefined, 'Sch-M on the module alone', 'metadata only', NOT_NEEDED);
    case 'data':
      return changedRows(statement);
    case 'unreadable':
      return UNKNOWN;
  }
}

/** A backfill: each of its batches is short, and too small to lock the table. */
export function backfillCost(table: string): StatementCost {
  return cost(table, 'IX, and X on the rows of a batch', 'rewrites rows', 'yes, batch by batch');
}

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

const tableOf = ({ schema }: ServerFacts, name: string): TableModel | undefined =>
  schema.tables.get(key(name));

function editionMay({ engineEdition }: ServerFacts): string {
  if (engineEdition === undefined) return 'unknown';
  return ONLINE_EDITIONS.includes(engineEdition)
    ? 'not asked for; the edition could'
    : 'no: this edition cannot';
}

function addedColumns({ columns, sql }: Of<'add-columns'>, facts: ServerFacts): Work {
  const works = columns.map((column): Work => {
    if (column.computed !== undefined) {
      return /\bPERSISTED\b/i.test(sql) ? 'rewrites rows' : 'metadata only';
    }
    if (column.identity) return 'rewrites rows';
    if (column.default === undefined) return 'metadata only';
    if (column.nullable) {
      return /\bWITH\s+VALUES\b/i.test(sql) ? 'rewrites rows' : 'metadata only';
    }
    const isConstant = !/newid|newsequentialid|next\s+value/i.test(column.default.definition);
    const isLarge = /\(max\)|xml|geo|hierarchyid|text|image/i.test(column.type);
    if (!isConstant || isLarge) return 'rewrites rows';
    if (facts.engineEdition === undefined) return 'unknown';
    return ONLINE_EDITIONS.includes(facts.engineEdition) ? 'metadata only' : 'rewrites rows';
  });
  const order: readonly Work[] = ['rewrites rows', 'unknown'];
  return order.find((work) => works.includes(work)) ?? 'metadata only';
}

function addedConstraint(
  { table, constraint }: Of<'add-constraint'>,
  facts: ServerFacts,
): StatementCost {
  switch (constraint.type) {
    case 'default':
      return cost(table, SCH_M, 'metadata only', NOT_NEEDED);
    case 'foreign-key':
    case 'check':
      return cost(table, SCH_M, constraint.checked ? 'reads rows' : 'metadata only', IMPOSSIBLE);
    case 'primary-key':
    case 'unique': {
      const work = constraint.key.clustered ? 'rewrites rows' : 'reads rows';
      return cost(table, SCH_M, work, editionMay(facts));
    }
  }
}

function alteredColumn({ table, column }: Of<'alter-column'>, facts: ServerFacts): Work {
  const before = tableOf(facts, table)?.columns.find(({ name }) => sameName(name, column.name));
  if (before === undefined) return 'unknown';
  const [, family, length] = /^(n?varchar|varbinary)\((\d+)\)$/.exec(before.type) ?? [];
  const [, newFamily, newLength] = /^(n?varchar|varbinary)\((\d+)\)$/.exec(column.type) ?? [];
  const isLonger =
    family !== undefined && family === newFamily && Number(newLength) >= Number(length);
  const isSameCollation = column.collation === undefined || before.collation === column.collation;
  if ((before.type !== column.type && !isLonger) || !isSameCollation) return 'rewrites rows';
  return before.nullable && !column.nullable ? 'reads rows' : 'metadata only';
}

/** Without a clustered key or index the table becomes a heap: every row moves. */
function droppedConstraint({ table, name }: Of<'drop-constraint'>, facts: ServerFacts): Work {
  const model = tableOf(facts, table);
  if (model === undefined) return 'unknown';
  const keys = [...model.uniques, ...(model.primaryKey === undefined ? [] : [model.primaryKey])];
  const found = keys.find((one) => sameName(one.name, name));
  if (found !== undefined) return found.clustered ? 'rewrites rows' : 'metadata only';
  const others = [
    ...model.checks,
    ...model.foreignKeys,
    ...model.columns.map((one) => one.default),
  ];
  return others.some((one) => sameName(one?.name, name)) ? 'metadata only' : 'unknown';
}

function droppedIndex({ table, name }: Of<'drop-index'>, facts: ServerFacts): Work {
  const found = tableOf(facts, table)?.indexes.find((one) => sameName(one.name, name));
  if (found === undefined) return 'unknown';
  return found.clustered ? 'rewrites rows' : 'metadata only';
}

function enabledIndex({ table, name, disabled, sql }: Of<'enable-index'>, facts: ServerFacts) {
  if (disabled) return cost(table, SCH_M, 'metadata only', NOT_NEEDED);
  const work = rebuiltIndex(tableOf(facts, table), name);
  const { engineEdition } = facts;
  if (!/\bONLINE\s*=\s*ON\b/i.test(sql)) return cost(table, SCH_M, work, editionMay(facts));
  if (engineEdition === undefined) return cost(table, 'unknown', work, 'unknown');
  return ONLINE_EDITIONS.includes(engineEdition)
    ? cost(table, BUILDING, work, 'yes')
    : cost(table, SCH_M, work, 'no: asked for, and this edition cannot');
}

function rebuiltIndex(model: TableModel | undefined, name: string): Work {
  if (model === undefined) return 'unknown';
  const keys = [...model.uniques, ...(model.primaryKey === undefined ? [] : [model.primaryKey])];
  const isAll = sameName(name, 'ALL');
  const found = [...keys, ...model.indexes].filter((one) => isAll || sameName(one.name, name));
  if (found.length === 0 && !isAll) return 'unknown';
  return found.some(({ clustered }) => clustered) ? 'rewrites rows' : 'reads rows';
}

function createdIndex({ table, index, online }: Of<'create-index'>, facts: ServerFacts) {
  const work = index.clustered ? 'rewrites rows' : 'reads rows';
  const offline = index.clustered ? SCH_M : SHARED;
  const { engineEdition } = facts;
  if (!online) return cost(table, offline, work, editionMay(facts));
  if (engineEdition === undefined) return cost(table, 'unknown', work, 'unknown');
  return ONLINE_EDITIONS.includes(engineEdition)
    ? cost(table, BUILDING, work, 'yes')
    : cost(table, offline, work, 'no: asked for, and this edition cannot');
}

function changedRows({ verb, table }: Of<'data'>): StatementCost {
  if (table === undefined) return UNKNOWN;
  if (verb === 'TRUNCATE') return cost(table, SCH_M, 'metadata only', NOT_NEEDED);
  const isChange = verb === 'INSERT' || verb === 'UPDATE' || verb === 'DELETE';
  return isChange ? cost(table, ROWS, 'rewrites rows', 'all in one transaction') : UNKNOWN;
}
