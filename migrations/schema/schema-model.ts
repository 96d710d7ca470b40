/**
 * A database schema as data: what the steps of `versions/` make, and what a catalogue holds. Names
 * keep their case; only those of another schema than `dbo` have it before them (`audit.log`). Two
 * models are the same schema when `compareSchemas` finds no difference.
 */
export interface SchemaModel {
  tables: ReadonlyMap<string, TableModel>;
  /** Views, procedures, functions and triggers by name. */
  modules: ReadonlyMap<string, ModuleModel>;
  /** Whatever else has a name: sequences, synonyms, types. None where it is left out. */
  objects?: ReadonlyMap<string, ObjectModel>;
  /** The database's own, which a column has that names none; undefined where nobody knows it. */
  collation?: string | undefined;
  /** What steps do that nobody can foresee, a line each; none where it is left out. */
  unforeseen?: readonly string[];
}

export interface ObjectModel {
  name: string;
  /** `sequence`, `synonym`, `type`, or what the catalogue calls it. */
  kind: string;
}

export interface TableModel {
  name: string;
  /** In the order of the table. */
  columns: readonly ColumnModel[];
  primaryKey: KeyModel | undefined;
  uniques: readonly KeyModel[];
  foreignKeys: readonly ForeignKeyModel[];
  checks: readonly CheckModel[];
  indexes: readonly IndexModel[];
  /** Of one whose statement cannot be read: beside its name and its indexes nothing above is known then. */
  unread?: { statement: string; reason: string };
}

export interface ColumnModel {
  name: string;
  /** Lower case with its arguments: `varchar(64)`, `nvarchar(max)`, `datetime2(3)`, `bigint`. */
  type: string;
  /** Undefined: the database's own, or a type without one. */
  collation: string | undefined;
  nullable: boolean;
  identity: boolean;
  default: DefaultModel | undefined;
  /** The expression of a computed column. */
  computed: string | undefined;
}

export interface DefaultModel {
  /** Undefined where the statement leaves the naming to the server. */
  name: string | undefined;
  definition: string;
}

export interface KeyColumn {
  name: string;
  descending: boolean;
}

export interface KeyModel {
  name: string | undefined;
  columns: readonly KeyColumn[];
  clustered: boolean;
  disabled?: boolean;
}

/** Left out where a constraint is checked against every row, as it should be. */
export type Enforcement =
  /** Rows that are written are checked; those from before it were not. */
  'untrusted' | 'disabled';

export interface ForeignKeyModel {
  name: string | undefined;
  columns: readonly string[];
  references: { table: string; columns: readonly string[] };
  onDelete: ReferentialAction;
  onUpdate: ReferentialAction;
  enforcement?: Enforcement | undefined;
}

export type ReferentialAction = 'no action' | 'cascade' | 'set null' | 'set default';

export interface CheckModel {
  name: string | undefined;
  definition: string;
  enforcement?: Enforcement | undefined;
}

export interface IndexModel {
  name: string;
  columns: readonly KeyColumn[];
  include: readonly string[];
  unique: boolean;
  clustered: boolean;
  /** The predicate of a filtered index. */
  filter: string | undefined;
  disabled?: boolean;
  /** The statement of one that cannot be read, as on an expression: beside its name nothing above is known then. */
  unread?: string;
}

export interface ModuleModel {
  kind: 'view' | 'procedure' | 'function' | 'trigger';
  name: string;
  /** From its name on, so that CREATE and ALTER give the same; `sp_rename` leaves the old name in it. */
  definition: string;
  /** Of a trigger. */
  disabled?: boolean;
}

/** Whether names that differ in case are two, which they are where the database's collation says so. */
export function isCaseSensitive(collation: string | undefined): boolean {
  return /_(CS|BIN2?)(_|$)/i.test(collation ?? '');
}

/** A statement as it is compared where it cannot be read: white space is one blank. */
export function plainText(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim();
}

/** The key under which a table or module stands in a model, since most servers disregard case. */
export function key(name: string): string {
  return name.toLowerCase();
}

export const EMPTY_SCHEMA: SchemaModel = { tables: new Map(), modules: new Map() };

/** Whether two names are one, as most servers take them; none is no other's. */
export function sameName(a: string | undefined, b: string): boolean {
  return a !== undefined && key(a) === key(b);
}
