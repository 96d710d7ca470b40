import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncApiDocument } from './asyncapi.ts';

// `npm run docs:asyncapi`
const path = join(import.meta.dirname, '..', '..', 'docs', 'asyncapi.json');
await writeFile(path, `${JSON.stringify(asyncApiDocument(), undefined, 2)}\n`);
console.log(`${path} is written.`);
