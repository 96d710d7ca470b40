import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { z } from 'zod';

/** A named check constraint and the whole predicate that it has from now on. */
export interface CheckSpec {
  name: string;
  predicate: string;
}

/**
 * Gives a check constraint another predicate. SQLite cannot change a constraint, so there the table is made anew with
 * its rows and indexes, as sqlite.org/lang_altertable.html tells; no table may refer to it.
 */
export async function replaceCheck(
  knex: Knex,
  table: string,
  { name, predicate }: CheckSpec,
): Promise<void> {
  if (dialectOf(knex) === 'mssql') {
    await knex.schema.raw(`ALTER TABLE [${table}] DROP CONSTRAINT [${name}]`);
    await knex.schema.raw(`ALTER TABLE [${table}] ADD CONSTRAINT [${name}] CHECK (${predicate})`);
    return;
  }
  const definitions = z
    .array(z.object({ type: z.string(), sql: z.string() }))
    .parse(
      await knex('sqlite_master')
        .where({ tbl_name: table })
        .whereNotNull('sql')
        .select('type', 'sql'),
    );
  const [old] = definitions.filter(({ type }) => type === 'table');
  const replaced = old && withPredicate(old.sql, name, predicate);
  if (replaced === undefined) throw new Error(`The table ${table} has no constraint ${name}.`);
  const copy = `${table}_with_other_check`;
  // Once renamed, a table's name stands in other quotes.
  await knex.schema.raw(replaced.replace(new RegExp('["`]' + table + '["`]'), '`' + copy + '`'));
  await knex.schema.raw(`insert into \`${copy}\` select * from \`${table}\``);
  await knex.schema.dropTable(table);
  await knex.schema.renameTable(copy, table);
  for (const { type, sql } of definitions) if (type === 'index') await knex.schema.raw(sql);
}

/** A `CREATE TABLE` in which one constraint says something else; undefined where it has none of that name. */
function withPredicate(sql: string, name: string, predicate: string): string | undefined {
  const start = sql.search(new RegExp('constraint `?' + name + '`? check', 'i'));
  if (start === -1) return undefined;
  const open = sql.indexOf('(', start);
  return `${sql.slice(0, open)}(${predicate})${sql.slice(closingOf(sql, open) + 1)}`;
}

/** Where the parenthesis closes that opens at `open`. A quote within a text is doubled, and so opens another. */
function closingOf(sql: string, open: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = open; at < sql.length; at += 1) {
    if (sql[at] === "'") quoted = !quoted;
    else if (!quoted && sql[at] === '(') depth += 1;
    else if (!quoted && sql[at] === ')' && (depth -= 1) === 0) return at;
  }
  throw new Error('A constraint of the table does not end.');
}
