import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyStatement } from '../schema/apply-statement.ts';
import { expectedSchema } from '../schema/expected-schema.ts';
import { parseStatement } from '../schema/parse-statement.ts';
import { EMPTY_SCHEMA } from '../schema/schema-model.ts';
import type { SchemaModel } from '../schema/schema-model.ts';
import { loadSteps } from '../step/load-steps.ts';
import { INDEX_PURPOSES, TABLE_PURPOSES } from './purposes.ts';
import { Unexplained, schemaDocument } from './schema-document.ts';

const ROOT = join(import.meta.dirname, '..', '..');

async function schema(): Promise<SchemaModel> {
  return expectedSchema(await loadSteps(join(ROOT, 'migrations', 'versions')));
}

const expectedSchemaOf = (sql: string) => applyStatement(EMPTY_SCHEMA, parseStatement(sql));

describe('docs/schema.md', () => {
  it('is what the steps make; where it is not, run: npm run docs:schema', async () => {
    const written = await readFile(join(ROOT, 'docs', 'schema.md'), 'utf8');
    expect(written.replaceAll('\r\n', '\n')).toBe(schemaDocument(await schema()));
  });

  it('explains every table and index, and nothing that is gone', async () => {
    const { tables } = await schema();
    const indexes = [...tables.values()].flatMap((table) => table.indexes.map(({ name }) => name));
    expect(Object.keys(TABLE_PURPOSES).sort()).toEqual([...tables.keys()].sort());
    expect(Object.keys(INDEX_PURPOSES).sort()).toEqual(indexes.sort());
    const odd = expectedSchemaOf('CREATE TABLE odd (id int NOT NULL)');
    expect(() => schemaDocument(odd)).toThrow(Unexplained);
  });

  it('names every constraint: none is left to the server', async () => {
    const { tables } = await schema();
    for (const { primaryKey, uniques, foreignKeys, checks } of tables.values()) {
      const names = [primaryKey, ...uniques, ...foreignKeys, ...checks].map((one) => one?.name);
      expect(names).not.toContain(undefined);
    }
  });

  it('has an index that begins with each foreign key, so that no parent scans its children', async () => {
    const { tables } = await schema();
    for (const { name, foreignKeys, indexes, primaryKey } of tables.values()) {
      for (const { columns } of foreignKeys) {
        const keys = [...indexes, ...(primaryKey === undefined ? [] : [primaryKey])];
        const starts = keys.map((index) =>
          index.columns.slice(0, columns.length).map((one) => one.name),
        );
        expect([name, starts.map((one) => one.join())]).toEqual([
          name,
          expect.arrayContaining([columns.join()]),
        ]);
      }
    }
  });
});
