import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { queriesDocument } from './queries-document.ts';
import { latestSchema, servedOperations } from './served-operations.ts';
import { STORE_OPERATIONS } from './store-operations.ts';

// The second half of `npm run docs:schema`
const path = join(import.meta.dirname, '..', '..', '..', 'docs', 'queries.md');
const served = await servedOperations(STORE_OPERATIONS, await latestSchema());
await writeFile(path, queriesDocument(served));
console.log(`${path} is written.`);
