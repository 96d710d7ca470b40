import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { readXml } from '../testing/read-xml.ts';
import { runMigrate } from '../testing/run-migrate.ts';
import { sqlStep, SHOP } from '../testing/lint-fixtures.ts';
import { openStepFolder } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

const SCHEMA = join(import.meta.dirname, '..', 'testing', 'sarif', 'sarif-2.1.0-rtm.5.json');

let folder: StepFolder;
beforeEach(async () => {
  folder = await openStepFolder();
  await folder.write(1, 'shop', SHOP);
  await folder.write(2, 'old', {
    ...sqlStep(
      'ALTER TABLE orders DROP COLUMN region',
      'ALTER TABLE orders ADD region varchar(10) NULL',
    ),
    more: `export const lintAllow = [{ rule: 'drop-column', reason: 'said "no" & <nobody> objected' }];`,
  });
  await folder.write(
    3,
    'rows',
    sqlStep(['PRINT 1', "UPDATE orders SET note = '<&>'", 'GARBAGE "<&>"']),
  );
});
afterEach(() => folder.remove());

const lint = (...args: readonly string[]) =>
  runMigrate(['lint', '--directory', folder.path, ...args], {});

const lineHolding = async (name: string, text: string) =>
  (await readFile(join(folder.path, name), 'utf8'))
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

const findingsSchema = z.object({
  findings: z.array(z.object({ rule: z.string(), step: z.string(), line: z.number() })),
});

describe('the answer of lint', () => {
  it('tells a reader where, what, what instead, and why it is set aside', async () => {
    const { code, out } = await lint();
    const line = await lineHolding('20300103000000_rows.ts', 'UPDATE');
    expect(code).toBe(4);
    expect(out).toContain('allowed drop-column  20300102000000_old.ts:');
    expect(out).toContain('  set aside: said "no" & <nobody> objected');
    expect(out).toContain(`DANGER unbatched-update  20300103000000_rows.ts:${line}\n`);
    expect(out).toContain('  Use backfill()');
    expect(out).toMatch(/3 steps, 2 dangers\. .*docs\/lint\.md.*lintAllow = \[\{ rule:/);
  });

  it('is the same object for --json and --format json, with the line of each finding', async () => {
    const [one, other] = [await lint('--json'), await lint('--format', 'json')];
    expect(one).toEqual(other);
    expect(one.code).toBe(4);
    const { findings } = findingsSchema.parse(JSON.parse(one.out));
    const lines = await Promise.all([
      lineHolding('20300102000000_old.ts', 'DROP COLUMN'),
      lineHolding('20300103000000_rows.ts', 'UPDATE'),
      lineHolding('20300103000000_rows.ts', 'GARBAGE'),
    ]);
    expect(findings.map(({ rule, line }) => [rule, line])).toEqual([
      ['drop-column', lines[0]],
      ['unbatched-update', lines[1]],
      ['unreadable-statement', lines[2]],
    ]);
  });

  it('is SARIF 2.1.0 by the published schema, with places, reasons and rules', async () => {
    const file = `${folder.path}.sarif`;
    onTestFinished(() => rm(file, { force: true }));
    expect(await lint('--format', 'sarif', '--output', file)).toMatchObject({ code: 4, out: '' });
    const log: unknown = JSON.parse(await readFile(file, 'utf8'));
    const validate = await sarifValidator();
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
    const uri: unknown = expect.stringMatching(/20300103000000_rows\.ts$/);
    expect(log).toMatchObject({
      runs: [
        {
          results: [
            {
              ruleId: 'drop-column',
              suppressions: [{ kind: 'inSource', justification: 'said "no" & <nobody> objected' }],
            },
            {
              ruleId: 'unbatched-update',
              suppressions: [],
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri },
                    region: { startLine: await lineHolding('20300103000000_rows.ts', 'UPDATE') },
                  },
                },
              ],
            },
            { ruleId: 'unreadable-statement' },
          ],
        },
      ],
    });
  });

  it('is JUnit as build servers read it: failed, skipped and passed cases, a suite a step', async () => {
    const { code, out } = await lint('--format', 'junit');
    expect(code).toBe(4);
    const root = readXml(out);
    const suites = root.children.map(({ attributes, children }) => ({
      name: attributes['name'],
      counts: [attributes['tests'], attributes['failures'], attributes['skipped']],
      outcomes: children.map((one) => one.children.map(({ name }) => name).join() || 'passed'),
    }));
    expect(root.attributes).toMatchObject({ tests: '4', failures: '2', errors: '0' });
    expect(suites).toEqual([
      { name: '20300101000000_shop.ts', counts: ['1', '0', '0'], outcomes: ['passed'] },
      { name: '20300102000000_old.ts', counts: ['1', '0', '1'], outcomes: ['skipped'] },
      { name: '20300103000000_rows.ts', counts: ['2', '2', '0'], outcomes: ['failure', 'failure'] },
    ]);
    const [garbage] = root.children[2]?.children[1]?.children ?? [];
    expect(garbage?.attributes['message']).toContain('GARBAGE "<&>"');
  });

  it('is clean for the steps of this repository in every format', async () => {
    for (const format of ['text', 'json', 'sarif', 'junit']) {
      expect(await runMigrate(['lint', '--format', format], {})).toMatchObject({ code: 0 });
    }
  });
});

/** The schema is of draft 4, of which this one uses nothing that draft 7 reads otherwise. */
async function sarifValidator() {
  const text = await readFile(SCHEMA, 'utf8');
  const { $schema, id, ...schema } = z
    .looseObject({ $schema: z.string(), id: z.string() })
    .parse(JSON.parse(text));
  expect(`${$schema} ${id}`).toMatch(/draft-04.*sarif-2\.1\.0/);
  const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv.compile(schema);
}
