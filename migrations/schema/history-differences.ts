import { HISTORY_ADDITIONS, HISTORY_TABLE } from '../history/history-tables.ts';
import { compareSchemas } from './compare-schemas.ts';
import type { Difference } from './difference.ts';
import { key, sameName } from './schema-model.ts';
import type { SchemaModel } from './schema-model.ts';

/**
 * How the table of the history is not as the tool makes it. Nothing where it is not there, and nothing
 * for columns that an older one lacks until something is changed.
 */
export function historyDifferences(expected: SchemaModel, actual: SchemaModel): Difference[] {
  const only = ({ tables, ...rest }: SchemaModel): SchemaModel => ({
    ...rest,
    modules: new Map(),
    objects: new Map(),
    tables: new Map([...tables].filter(([, { name }]) => sameName(name, HISTORY_TABLE))),
  });
  if (only(actual).tables.size === 0) return [];
  const awaited = HISTORY_ADDITIONS.map((column) => key(`${HISTORY_TABLE}.${column}`));
  return compareSchemas(only(expected), only(actual)).differences.filter(
    ({ kind, subject }) => kind !== 'missing' || !awaited.includes(key(subject)),
  );
}
