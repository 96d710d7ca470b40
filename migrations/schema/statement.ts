import type {
  ColumnModel,
  DefaultModel,
  Enforcement,
  ForeignKeyModel,
  IndexModel,
  KeyModel,
  ModuleModel,
  ObjectModel,
  TableModel,
} from './schema-model.ts';

export type Constraint =
  | { type: 'primary-key'; key: KeyModel }
  | { type: 'unique'; key: KeyModel }
  | { type: 'foreign-key'; foreignKey: ForeignKeyModel; checked: boolean }
  | { type: 'check'; name: string | undefined; definition: string; checked: boolean }
  | { type: 'default'; column: string; default: DefaultModel };

/** What one T-SQL statement does to a schema. */
export type Statement = (
  | { kind: 'create-table'; table: TableModel; ifMissing: boolean }
  | { kind: 'drop-table'; table: string; ifExists: boolean }
  | { kind: 'add-columns'; table: string; columns: readonly ColumnModel[] }
  | { kind: 'add-constraint'; table: string; constraint: Constraint }
  | {
      kind: 'alter-column';
      table: string;
      column: Pick<ColumnModel, 'name' | 'type' | 'collation' | 'nullable'>;
    }
  | { kind: 'drop-columns'; table: string; columns: readonly string[]; ifExists: boolean }
  | { kind: 'drop-constraint'; table: string; name: string; ifExists: boolean }
  /** A column's default, whatever its name is. */
  | { kind: 'drop-default'; table: string; column: string }
  | {
      kind: 'create-index';
      table: string;
      index: IndexModel;
      online: boolean;
      /** It is built in parts, which no transaction may hold. */
      resumable: boolean;
    }
  | { kind: 'drop-index'; table: string; name: string; ifExists: boolean }
  /** A table, or any other object that has a name in its schema, such as a constraint. */
  | { kind: 'rename-table'; from: string; to: string }
  | { kind: 'rename-column'; table: string; from: string; to: string }
  | { kind: 'rename-index'; table: string; from: string; to: string }
  /** Constraints of a table, or `ALL` of them, enforced or not. */
  | {
      kind: 'enforce';
      table: string;
      names: readonly string[];
      enforcement: Enforcement | undefined;
    }
  | { kind: 'enable-index'; table: string; name: string; disabled: boolean }
  | { kind: 'enable-trigger'; table: string; names: readonly string[]; disabled: boolean }
  | { kind: 'create-object'; object: ObjectModel }
  | { kind: 'drop-object'; name: string; ifExists: boolean }
  | { kind: 'module'; module: ModuleModel }
  | { kind: 'drop-module'; name: string; ifExists: boolean }
  /** Rows, rights, settings: the schema stays as it is. */
  | {
      kind: 'data';
      verb: string;
      /** Whose rows are changed: not its alias, and not the name of a common table expression. */
      table: string | undefined;
      rows?: ChangedRows;
      /** What EXEC calls, in small letters. */
      procedure?: string;
    }
  /** It may change the schema, and nobody can tell how. */
  | { kind: 'unreadable'; reason: string }
) & { sql: string };

export interface ChangedRows {
  /** Tables that it reads them from, or finds them by. */
  reads: readonly string[];
  /** The number behind TOP; undefined: nobody knows how many. */
  atMost: number | undefined;
}

/** A statement without the text that it was read from. */
export type Meaning = Statement extends infer One
  ? One extends { sql: string }
    ? Omit<One, 'sql'>
    : never
  : never;
