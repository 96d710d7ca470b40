import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SmallProject } from './small-project.ts';

/** What stands for npm in the environment: a program of its name with another text. */
export async function otherNpm(
  { root }: Pick<SmallProject, 'root'>,
  text: string,
): Promise<Record<string, string>> {
  const folder = join(root, 'other-npm');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
  await writeFile(join(folder, 'npm-cli.js'), text);
  return { npm_execpath: join(folder, 'npm-cli.js') };
}
