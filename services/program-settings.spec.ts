import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apiSettingsSchema } from './api-settings.ts';
import { lambdaSettingsSchema } from './realtime/lambda-settings.ts';
import { broadcastWorkerSettingsSchema } from './relay/broadcast-worker-settings.ts';
import { relayProgramSettingsSchema } from './relay/relay-program-settings.ts';

const OPERATIONS = join(import.meta.dirname, '..', 'docs', 'operations.md');

it.each([
  ['the order API', apiSettingsSchema],
  ['the relay', relayProgramSettingsSchema],
  ['the broadcast worker', broadcastWorkerSettingsSchema],
  ['the Lambda handlers', lambdaSettingsSchema],
])('each setting of %s stands in docs/operations.md', async (_program, { shape }) => {
  const page = await readFile(OPERATIONS, 'utf8');
  const untold = Object.keys(shape).filter((name) => !page.includes(`\`${name}\``));
  expect(untold).toEqual([]);
});
