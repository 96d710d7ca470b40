import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the specs' templates run: `cdk synth` was told of no image. */
const NO_IMAGE = ':unreleased';
const TEMPLATE = '.template.json';

/** Copies an assembly and has its templates run another image, as if it had been synthesized for that. */
export function prepareAssembly(from: string, to: string, image: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    // Code is only read.
    if (entry.isDirectory()) symlinkSync(source, target);
    else copyFileSync(source, target);
  }
  const renamed = new Map<string, string>();
  const files = readdirSync(to).filter((file) => file.endsWith('.json'));
  for (const file of files.filter((name) => name.endsWith(TEMPLATE))) {
    const path = join(to, file);
    const before = readFileSync(path, 'utf8');
    const after = before.replaceAll(NO_IMAGE, `${image.startsWith('sha256:') ? '@' : ':'}${image}`);
    writeFileSync(path, after);
    renamed.set(hashOf(before), hashOf(after));
  }
  // A template is uploaded under the hash of its text.
  for (const file of files.filter((name) => /^manifest\.json$|\.assets\.json$/.test(name))) {
    let text = readFileSync(join(to, file), 'utf8');
    for (const [before, after] of renamed) text = text.replaceAll(before, after);
    writeFileSync(join(to, file), text);
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
