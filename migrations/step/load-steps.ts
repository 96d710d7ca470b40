import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { lintAllowSchema } from './lint-allow.ts';
import { InvalidStatement, record } from './recording-client.ts';
import type { Recording } from './recording-client.ts';
import { statementsText } from './statements-text.ts';
import type { Direction, RunDirection, Step } from './step.ts';

/** A file of `versions/` that is no step, or cannot be read as one. */
export class InvalidStep extends Error {
  override name = 'InvalidStep';

  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`${file}: ${reason}`, options);
  }
}

const FILE_NAME = /^(\d{14})_[a-z0-9_]+\.(ts|js|mjs)$/;

const runSchema = z.custom<RunDirection>((value) => typeof value === 'function');
const moduleSchema = z.object({
  up: runSchema,
  down: runSchema.optional(),
  config: z.object({ transaction: z.boolean().optional() }).optional(),
  lintAllow: lintAllowSchema.optional(),
});

/** Every step of a folder, oldest first. Throws {@link InvalidStep}. */
export async function loadSteps(directory: string): Promise<Step[]> {
  const files = (await readdir(directory)).filter((file) => !file.startsWith('.')).sort();
  const steps: Step[] = [];
  for (const file of files) steps.push(await loadStep(directory, file));
  const versions = steps.map(({ version }) => version);
  const twice = versions.find((version, index) => versions.indexOf(version) !== index);
  if (twice !== undefined) {
    throw new InvalidStep(directory, `two files have the version ${twice}; rename one.`);
  }
  return steps;
}

async function loadStep(directory: string, file: string): Promise<Step> {
  const version = FILE_NAME.exec(file)?.[1];
  if (version === undefined) {
    throw new InvalidStep(
      file,
      'its name is not <14 digits>_<purpose>.ts; "new <purpose>" makes one.',
    );
  }
  const path = join(directory, file);
  const module = moduleSchema.safeParse(await importStep(path, file));
  if (!module.success) {
    const fields = module.error.issues.map(({ path: field, message }) =>
      field[0] === 'lintAllow' ? message : field.join('.'),
    );
    throw new InvalidStep(
      file,
      `must export up(knex), and may export down(knex), config and lintAllow; wrong: ${fields.join(', ')}.`,
    );
  }
  const { up, down, config, lintAllow } = module.data;
  const transaction = config?.transaction ?? true;
  const upward = await recordStep(file, 'up', up);
  const downward = down === undefined ? undefined : await recordStep(file, 'down', down);
  const recorded = { up: upward.items, down: downward?.items };
  const former = { up: upward.formerItems, down: downward?.formerItems };
  const hasBackfill = [...recorded.up, ...(recorded.down ?? [])].some(
    ({ kind }) => kind === 'backfill',
  );
  if (hasBackfill && transaction) {
    throw new InvalidStep(
      file,
      'a backfill needs `export const config = { transaction: false }`, or all its batches would be one.',
    );
  }
  return {
    version,
    name: file,
    ...checksumsOf((await readFile(path, 'utf8')).replaceAll('\r\n', '\n'), recorded, former),
    ...recorded,
    transaction,
    allowed: lintAllow ?? [],
    run: { up, down },
  };
}

async function importStep(path: string, file: string): Promise<unknown> {
  try {
    const module: unknown = await import(pathToFileURL(path).href);
    return module;
  } catch (cause) {
    throw new InvalidStep(file, `cannot be loaded: ${messageOf(cause)}`, { cause });
  }
}

async function recordStep(
  file: string,
  direction: Direction,
  run: RunDirection,
): Promise<Recording> {
  try {
    return await record(run);
  } catch (cause) {
    const where = cause instanceof InvalidStatement ? `${direction}, ` : '';
    throw new InvalidStep(file, `${where}${messageOf(cause)}`, { cause });
  }
}

/** What it says, and what it does: a change of a function that it calls is seen in the second alone. */
function checksumsOf(
  source: string,
  recorded: Pick<Step, 'up' | 'down'>,
  former: Pick<Step, 'up' | 'down'>,
): Pick<Step, 'checksum' | 'statements' | 'statementsChecksum' | 'combinedChecksum'> {
  const statements = statementsText(recorded);
  return {
    checksum: sha256(source),
    statements,
    statementsChecksum: sha256(statements),
    combinedChecksum: sha256(`${source}\0${JSON.stringify([former.up, former.down ?? null])}`),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
