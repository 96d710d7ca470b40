import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';

const TEMPLATE = `import type { Knex } from 'knex';

/** What this step is for, as whoever approves it should read it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('orders', (table) => {
    table.specificType('example', 'nvarchar(200)').nullable();
  });
}

/** Undoes all of it, in the opposite order. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('orders', (table) => {
    table.dropColumn('example');
  });
}
`;

/** Begins a new step: a file with the time as its version. `now` is epoch milliseconds. */
export async function newStep(
  purpose: string | undefined,
  { directory, now, dryRun }: { directory: string; now: number; dryRun: boolean },
): Promise<Report> {
  const name = purpose
    ?.trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (name === undefined || name === '') {
    throw new Refused(EXIT.usage, 'new needs a purpose: npm run migrate -- new "orders by region"');
  }
  const version = new Date(now).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const path = join(directory, `${version}_${name}.ts`);
  const shown = relative(process.cwd(), path);
  if (dryRun) {
    return { exitCode: EXIT.done, text: `Would make ${shown}`, json: { path: shown, version } };
  }
  await writeFile(path, TEMPLATE, { flag: 'wx' });
  return {
    exitCode: EXIT.done,
    text: `${shown} is there. Write it, then: npm run migrate -- lint, npm run migrate -- plan`,
    json: { path: shown, version },
  };
}
