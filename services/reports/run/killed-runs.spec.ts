import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startReportBed } from '../testing/report-bed.ts';
import type { ReportBed } from '../testing/report-bed.ts';
import { keepRuns } from './keep-runs.ts';
import { LEASE_MS } from './take-up-run.ts';

const PROCESS = join(import.meta.dirname, '../testing/report-process.ts');

/** Requests to S3, before and after they were carried out, and what lies between them. */
const REQUESTS = [
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'ListMultipartUploads',
  'ListObjectsV2',
];
const MOMENTS = [
  ...REQUESTS.flatMap((request) => [`before ${request}`, `after ${request}`]),
  'commit 1',
  'commit 2',
  'commit 3',
  'plan',
  'mail',
  'mailed',
];

/** Ten of them. */
function chosenMoments(seed: number): string[] {
  const random = seededRandom(seed);
  const keyed = MOMENTS.map((moment) => ({ moment, key: random() }));
  return keyed
    .sort((a, b) => a.key - b.key)
    .map(({ moment }) => moment)
    .slice(0, 10);
}

let bed: ReportBed;
let mailFile: string;
beforeEach(async () => {
  bed = await startReportBed();
  mailFile = `${bed.database.url.slice('sqlite:'.length)}.mails`;
  await writeFile(mailFile, '');
});
afterEach(() => bed.close());

function startWork(id: string, crashAt?: string) {
  return startChild(PROCESS, {
    DATABASE_URL: bed.database.url,
    S3_ENDPOINT: bed.s3.endpoint,
    MAIL_FILE: mailFile,
    RUN_ID: id,
    NOW: String(bed.now.ms),
    ...(crashAt !== undefined && { CRASH_AT: crashAt }),
  });
}

/** Runs a process that is killed at a moment. */
async function workKilledAt(id: string, moment: string): Promise<void> {
  const [, when, request] = /^(before|after) (\w+)$/.exec(moment) ?? [];
  const child = startWork(id, request === undefined ? moment : undefined);
  bed.s3.setFault(({ operation }) => {
    if (operation !== request) return 'pass';
    if (when === 'before') {
      child.kill('SIGKILL');
      return 'lost';
    }
    return 'unanswered';
  });
  bed.s3.setUnanswered(() => child.kill('SIGKILL'));
  const { signal } = await child.ended;
  expect({ moment, signal, lines: child.lines.slice(-3) }).toMatchObject({ signal: 'SIGKILL' });
  bed.s3.setFault(() => 'pass');
}

describe('a process that is killed', () => {
  it.each(chosenMoments(16))('at the moment “%s” leaves one report in the end', async (moment) => {
    const id = await bed.queue();
    await workKilledAt(id, moment);

    const start = async () => {
      await startWork(id).ended;
    };
    // While its lease may still be held nobody takes it up.
    await keepRuns(bed.keeper({ start }));
    bed.now.ms += LEASE_MS + 1;
    await keepRuns(bed.keeper({ start }));
    bed.now.ms += LEASE_MS + 1;
    await keepRuns(bed.keeper({ start }));

    const undisturbed = await bed.queue();
    await startWork(undisturbed).ended;
    const [run, other] = [await bed.run(id), await bed.run(undisturbed)];
    expect(run.status).toBe('done');
    const [csv] = run.files;
    expect(await bed.stored(id)).toEqual({ objects: [csv?.key], uploads: [] });
    expect(
      (await bed.textOf(csv?.key ?? '')) === (await bed.textOf(other.files[0]?.key ?? '')),
    ).toBe(true);
    const mails = (await readFile(mailFile, 'utf8')).split('\n').filter((line) => line === id);
    expect(mails.length).toBeLessThanOrEqual(1);
    expect(await bed.database.db('reports').where({ id }).pluck('slot')).toEqual([null]);
  });
});
