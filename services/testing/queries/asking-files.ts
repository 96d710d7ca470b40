import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SchemaModel } from '@ordercast/migrations/schema/schema-model.ts';

const NOT_DEPLOYED = /(^|\/)(testing|node_modules)\/|\.(spec|contract)\.ts$/;
const EXPORTED = /^export (?:async )?function (\w+)(?:<[^>]*>)?\(/gm;

export interface AskingFile {
  /** Below the folder. */
  path: string;
  /** Its exported functions whose arguments hold a database. */
  takers: readonly string[];
  exports: readonly string[];
  /** It names a table, or sends a text of its own. */
  asks: boolean;
}

/** The deployed files below a folder that have to do with a database, read as texts. */
export async function askingFiles(folder: string, { tables }: SchemaModel): Promise<AskingFile[]> {
  const names = [...tables.keys()].join('|');
  const question = new RegExp(`\\b\\w+(?:<[^>]*>)?\\(\\s*'(?:${names})(?: as \\w+)?'|\\.raw\\(`);
  const paths = (await readdir(folder, { recursive: true }))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !NOT_DEPLOYED.test(path));
  const files = await Promise.all(
    paths.map(async (path) => {
      const source = await readFile(join(folder, path), 'utf8');
      const functions = [...source.matchAll(EXPORTED)].map(({ index, 0: head, 1: name = '' }) => ({
        name,
        takesDatabase: /\bKnex\b/.test(argumentsFrom(source, index + head.length)),
      }));
      return {
        path,
        takers: functions.filter(({ takesDatabase }) => takesDatabase).map(({ name }) => name),
        exports: functions.map(({ name }) => name),
        asks: question.test(source),
      };
    }),
  );
  return files.filter(({ takers, asks }) => takers.length > 0 || asks);
}

/** The text up to the parenthesis that closes one opened just before. */
function argumentsFrom(source: string, start: number): string {
  let depth = 1;
  let end = start;
  for (; depth > 0 && end < source.length; end += 1) {
    if (source[end] === '(') depth += 1;
    if (source[end] === ')') depth -= 1;
  }
  return source.slice(start, end);
}
