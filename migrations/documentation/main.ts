import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectedSchema } from '../schema/expected-schema.ts';
import { loadSteps } from '../step/load-steps.ts';
import { schemaDocument } from './schema-document.ts';

// `npm run docs:schema`
const steps = await loadSteps(join(import.meta.dirname, '..', 'versions'));
const path = join(import.meta.dirname, '..', '..', 'docs', 'schema.md');
await writeFile(path, schemaDocument(expectedSchema(steps)));
console.log(`${path} is written.`);
