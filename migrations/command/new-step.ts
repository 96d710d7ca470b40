import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';

/** Until its two lines are written anew every command refuses it, with what they say. */
const template = (purpose: string) => `import type { Knex } from 'knex';

/** ${purpose}: what this is for, as whoever approves it should read it. */
export async function up(knex: Knex): Promise<void> {
  throw new Error('up is not written yet: replace this line by what the step does, such as await knex.schema.alterTable(…).');
}

/** Undoes all of it, in the opposite order. */
export async function down(knex: Knex): Promise<void> {
  throw new Error('down is not written yet: replace this line by what undoes up, in the opposite order.');
}
`;

/** Bytes of a file's name on every usual file system; the name has only ASCII. */
const MAX_FILE_NAME = 255;
const MAX_NAME = MAX_FILE_NAME - '20261127210000_.ts'.length;

/**
 * Begins a new step: a file with the time as its version, or the next second that is free. `now` is epoch
 * milliseconds. A purpose that Latin letters cannot write stands in the file alone, which is then named `step`.
 */
export async function newStep(
  purpose: string | undefined,
  { directory, now, dryRun }: { directory: string; now: number; dryRun: boolean },
): Promise<Report> {
  const said = purpose?.replaceAll(/\s+/g, ' ').trim() ?? '';
  if (!/[\p{L}\p{N}]/u.test(said)) {
    throw new Refused(EXIT.usage, 'new needs a purpose: npm run migrate -- new "orders by region"');
  }
  const name = fileName(said);
  const pathOf = (version: string) => join(directory, `${version}_${name}.ts`);
  if (dryRun) {
    const free = freeVersion(await readFolder(directory), now);
    const would = relative(process.cwd(), pathOf(free));
    return {
      exitCode: EXIT.done,
      text: `Would make ${would}`,
      json: { path: would, version: free },
    };
  }
  const version = await withVersion(directory, now, (free) =>
    writeFile(pathOf(free), template(said.replaceAll('*/', '* /')), { flag: 'wx' }),
  );
  const shown = relative(process.cwd(), pathOf(version));
  return {
    exitCode: EXIT.done,
    text: `${shown} is there. Write it, then: npm run migrate -- lint, npm run migrate -- plan`,
    json: { path: shown, version },
  };
}

function fileName(purpose: string): string {
  const name = purpose
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (name.length > MAX_NAME) {
    throw new Refused(
      EXIT.usage,
      `The purpose names the file, and has ${name.length} letters where ${MAX_NAME} have room: say it shorter, and the rest in the file.`,
    );
  }
  return name === '' ? 'step' : name;
}

async function readFolder(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw new Refused(
      EXIT.usage,
      `The folder ${directory} cannot be read: make it first, or name another with --directory.`,
      { cause },
    );
  }
}

/**
 * Makes a file of a version that no other has, nor can take meanwhile, and gives the version. A hidden
 * file claims it, whatever the purpose is; only who has made that looks whether the version is free.
 */
async function withVersion(
  directory: string,
  now: number,
  make: (version: string) => Promise<void>,
): Promise<string> {
  for (let at = now; ; at += 1000) {
    const version = freeVersion(await readFolder(directory), at);
    const claim = join(directory, `.${version}.claim`);
    try {
      await writeFile(claim, '', { flag: 'wx' });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw error;
    }
    try {
      if (freeVersion(await readFolder(directory), at) !== version) continue;
      await make(version);
      return version;
    } finally {
      await rm(claim);
    }
  }
}

/** Two steps of one version would have no order. */
function freeVersion(files: readonly string[], now: number): string {
  for (let at = now; ; at += 1000) {
    const version = new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 14);
    if (!files.some((file) => file.startsWith(version))) return version;
  }
}
