import { BOOKKEEPING_TABLES } from '../history/history-tables.ts';
import type { SchemaModel } from './schema-model.ts';

/** A schema without the tables that the tool keeps for itself. */
export function withoutBookkeeping(schema: SchemaModel): SchemaModel {
  const tables = new Map(schema.tables);
  for (const name of BOOKKEEPING_TABLES) tables.delete(name);
  return { ...schema, tables };
}
