import { BOOKKEEPING_TABLES } from '../history/history-tables.ts';
import { TABLE_RIGHTS_TRIGGER } from '../rights/table-rights-trigger.ts';
import type { SchemaModel } from './schema-model.ts';

/** A schema without what the tool keeps for itself: its tables, and the trigger that `bootstrap` makes. */
export function withoutBookkeeping(schema: SchemaModel): SchemaModel {
  const tables = new Map(schema.tables);
  for (const name of BOOKKEEPING_TABLES) tables.delete(name);
  const objects = new Map(schema.objects);
  objects.delete(TABLE_RIGHTS_TRIGGER);
  return { ...schema, tables, objects };
}
