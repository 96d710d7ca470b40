import { join } from 'node:path';
import { expectedSchema } from '@ordercast/migrations/schema/expected-schema.ts';
import type { SchemaModel } from '@ordercast/migrations/schema/schema-model.ts';
import { loadSteps } from '@ordercast/migrations/step/load-steps.ts';
import { readQueries } from './read-query.ts';
import { recordedTexts } from './recorded-texts.ts';
import { serveQuery } from './serve-query.ts';
import type { Serving } from './serve-query.ts';
import type { StoreOperation } from './store-operation.ts';

export interface ServedOperation {
  operation: StoreOperation;
  /** Of all its queries, in their order. */
  servings: readonly Serving[];
}

/** The schema on SQL Server after all steps. */
export async function latestSchema(): Promise<SchemaModel> {
  const versions = join(import.meta.dirname, '..', '..', '..', 'migrations', 'versions');
  return expectedSchema(await loadSteps(versions));
}

/** Which indexes serve the T-SQL that each operation sends. */
export async function servedOperations(
  operations: readonly StoreOperation[],
  schema: SchemaModel,
): Promise<ServedOperation[]> {
  const texts = await recordedTexts(operations);
  return operations.map((operation) => ({
    operation,
    servings: (texts.get(operation.purpose) ?? [])
      .flatMap((text) => readQueries(text, schema))
      .flatMap((query) => serveQuery(query, operation.madeFor)),
  }));
}
