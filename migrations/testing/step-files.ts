import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The specifier of a helper, as text of a program; a folder may hold quotes. */
const helper = (file: string) => JSON.stringify(new URL(`../step/${file}`, import.meta.url).href);

/** A step as a test writes it: the bodies of its functions, which know `knex`. */
export interface StepText {
  up: string;
  /** Undefined: there is none. */
  down?: string;
  /** More lines of the file, such as `export const config = { transaction: false };`. */
  more?: string;
}

export interface StepFolder {
  path: string;
  /** Writes a step; its version follows from its place, 1 to 9. */
  write: (place: number, purpose: string, step: StepText) => Promise<string>;
  /** The same of a file's own text, which may use `backfill` and `createIndex`. */
  writeCode: (place: number, purpose: string, code: string) => Promise<string>;
  remove: () => Promise<void>;
}

/** A folder of steps of a test's own, as files that could stand in `versions/`. */
export async function openStepFolder(): Promise<StepFolder> {
  const path = await mkdtemp(join(tmpdir(), 'ordercast-steps-'));
  const writeCode = async (place: number, purpose: string, code: string) => {
    const name = `2030010${place}000000_${purpose}.ts`;
    const imports = [
      `import { backfill } from ${helper('backfill.ts')};`,
      `import { createIndex } from ${helper('create-index.ts')};`,
      'void [backfill, createIndex];',
    ];
    await writeFile(join(path, name), [...imports, code].join('\n'));
    return name;
  };
  return {
    path,
    writeCode,
    write: (place, purpose, { up, down, more = '' }) =>
      writeCode(
        place,
        purpose,
        [
          more,
          `export async function up(knex) {\n${up}\n}`,
          down === undefined ? '' : `export async function down(knex) {\n${down}\n}`,
        ].join('\n'),
      ),
    remove: () => rm(path, { recursive: true }),
  };
}

/** Body of a function that sends these statements as they are. */
export function statements(...sql: readonly string[]): string {
  return sql.map((one) => `await knex.schema.raw(${JSON.stringify(one)});`).join('\n');
}
