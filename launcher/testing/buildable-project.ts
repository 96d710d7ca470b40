import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { smallProject } from './small-project.ts';

/** Builds a page that says by which NODE_ENV, and fails where the sources ask for it. */
const VITE = `
const fs = require('fs');
fs.rmSync('dist', { recursive: true, force: true });
fs.mkdirSync('dist/assets', { recursive: true });
fs.writeFileSync('dist/index.html', 'built for ' + process.env.NODE_ENV);
fs.writeFileSync('dist/assets/page.js', '');
const source = fs.readFileSync('page.ts', 'utf8');
if (source.includes('fails')) { console.error('page.ts: no'); process.exit(1); }
if (source.includes('full')) { console.error('ENOSPC: no space left'); process.exit(1); }
`;

/** Builds a bundle with a package beside it. */
const BUNDLER = `
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
const folder = 'dist/lambda/realtime';
rmSync('dist/lambda', { recursive: true, force: true });
mkdirSync(folder + '/node_modules/tool', { recursive: true });
writeFileSync(folder + '/node_modules/tool/index.js', '');
const source = readFileSync('services/lambda.ts', 'utf8');
if (source.includes('fails')) { console.error('lambda.ts: no'); process.exit(1); }
writeFileSync(folder + '/lambda.mjs', source);
`;

/** A project with all that `npm run build` builds, by builders that take no time. */
export async function buildableProject() {
  const project = await smallProject();
  const at = (path: string) => join(project.root, path);
  const folders = ['web', 'services/contract', 'websocket/client', 'websocket/protocol'];
  for (const folder of [...folders, 'build', 'certificates', 'platform'])
    await mkdir(at(folder), { recursive: true });
  await project.add('devDependencies', { name: 'vite', files: { 'bin/vite.js': VITE } });
  const write = (path: string, text: string) => writeFile(at(path), text);
  await write('build/main.ts', BUNDLER);
  await write('services/lambda.ts', '');
  await write('web/page.ts', '');
  return {
    at,
    write,
    build: async (env = {}) => {
      const { code, errors } = await project.launch(['build'], { env });
      return { code, errors: errors.replace(/^Installing .*\n/gm, '') };
    },
    asNobody: () => project.launch(['build'], process.getuid?.() === 0 ? { uid: 65_534 } : {}),
  };
}
