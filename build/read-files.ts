import { globSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files of packages that a program reads, where it imports the package on the left: no import tells of them. Patterns within
 * `node_modules`. With what makes fonts smaller come its WebAssembly and the fonts of services/reports/pdf/fonts/font-families.ts.
 */
const READ_WITH: Readonly<Record<string, readonly string[]>> = {
  'subset-font': [
    'harfbuzzjs/package.json',
    'harfbuzzjs/dist/harfbuzz-subset.wasm',
    '@expo-google-fonts/noto-sans/{400Regular,600SemiBold}/*.ttf',
    '@fontsource-variable/noto-sans-{arabic,hebrew,jp,kr,sc}/unicode.json',
    '@fontsource-variable/noto-sans-{arabic,hebrew,jp,kr,sc}/files/*-wght-normal.woff2',
    '@fontsource-variable/{noto-emoji,vazirmatn}/unicode.json',
    '@fontsource-variable/{noto-emoji,vazirmatn}/files/*-wght-normal.woff2',
  ],
};

/** Relative to `root`, sorted: what is read where these packages are imported. Throws where one of the files is not installed. */
export function filesReadWith(root: string, packages: Iterable<string>): string[] {
  const patterns = [...new Set(packages)].flatMap((name) => READ_WITH[name] ?? []);
  return patterns
    .flatMap((pattern) => {
      const files = globSync(join('node_modules', pattern), { cwd: root });
      if (files.length === 0) throw new Error(`${pattern} is not installed: run npm install.`);
      return files;
    })
    .sort();
}
