import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncApiDocument } from '@ordercast/websocket/documentation/asyncapi.ts';
import { PUBLISHED_EVENTS } from './published-events.ts';

// `npm run docs:asyncapi`
const path = join(import.meta.dirname, '..', '..', '..', 'docs', 'asyncapi.json');
await writeFile(path, `${JSON.stringify(asyncApiDocument(PUBLISHED_EVENTS), undefined, 2)}\n`);
console.log(`${path} is written.`);
