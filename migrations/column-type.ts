import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';

/**
 * Column types of the schema: exact on SQL Server, the nearest on SQLite. Keys and codes are
 * `varchar` with a binary collation: they compare byte by byte, so ULIDs sort by time and an
 * index seek needs no conversion.
 */
export interface ColumnTypes {
  /** A ULID: 26 ASCII characters. */
  ulid: string;
  /** ASCII text of at most `length` characters that compares byte by byte. */
  code: (length: number) => string;
  /** Unicode text of at most `length` UTF-16 units. */
  text: (length: number) => string;
  /** Unicode text that is searched by its beginning: compares by code, not by language. */
  searchKey: (length: number) => string;
  /** Unicode text without a limit, such as JSON. */
  longText: string;
  /** An instant in UTC to the millisecond. */
  instant: string;
  /** Money in minor units, and anything that may count past two billion. */
  bigint: string;
}

const SQL_SERVER: ColumnTypes = {
  ulid: 'char(26) collate Latin1_General_BIN2',
  code: (length) => `varchar(${length}) collate Latin1_General_BIN2`,
  text: (length) => `nvarchar(${length})`,
  searchKey: (length) => `nvarchar(${length}) collate Latin1_General_BIN2`,
  longText: 'nvarchar(max)',
  instant: 'datetime2(3)',
  bigint: 'bigint',
};

const SQLITE: ColumnTypes = {
  ulid: 'char(26)',
  code: (length) => `varchar(${length})`,
  text: (length) => `varchar(${length})`,
  searchKey: (length) => `varchar(${length})`,
  longText: 'text',
  instant: 'datetime',
  bigint: 'bigint',
};

/** The column types of the database that a step runs on. */
export function columnTypes(db: Knex): ColumnTypes {
  return dialectOf(db) === 'mssql' ? SQL_SERVER : SQLITE;
}
