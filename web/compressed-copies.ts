import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** The highest takes ten times as long for a twelfth less. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
const TEXT = /\.(html|js|css|svg|json)$/;

/** Lays a `.br` and a `.gz` beside each text that is built, for servers that compress nothing themselves. */
export function compressedCopies(): Plugin {
  return {
    name: 'compressed-copies',
    apply: 'build',
    writeBundle: {
      // From the disk, once all others have written what they still change.
      order: 'post',
      async handler({ dir = '' }, bundle) {
        const texts = Object.keys(bundle).filter((name) => TEXT.test(name));
        await Promise.all(texts.map((name) => writeCopies(join(dir, name))));
      },
    },
  };
}

async function writeCopies(path: string): Promise<void> {
  const text = await readFile(path);
  await writeFile(`${path}.br`, await promisify(brotliCompress)(text, BROTLI));
  await writeFile(`${path}.gz`, await promisify(gzip)(text, { level: 9 }));
}
