import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { reportPageSchema } from '@ordercast/contract/report.ts';
import type { ReportDetail } from '@ordercast/contract/report.ts';
import { reportDetailSchema } from '@ordercast/contract/report.ts';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signInAs } from '../testing/person.ts';
import type { Person } from '../testing/person.ts';
import { startReportGate } from '../testing/report-gate.ts';
import type { ReportGate } from '../testing/report-gate.ts';
import { startSystemProcess } from '../testing/system-process.ts';
import type { SystemProcess } from '../testing/system-process.ts';
import { readArguments } from './arguments.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

let gate: ReportGate;
let system: SystemProcess;
let sam: Person;
beforeAll(async () => {
  gate = await startReportGate();
  system = await startSystemProcess(['--ephemeral'], gate.env);
  sam = await signInAs(system.url, 'sam@example.com');
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
  await gate.close();
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
});
afterEach(() => {
  gate.open();
  rmSync(folder, { recursive: true, force: true });
});

const start = (args: string[], env: Record<string, string> = {}): Child =>
  startChild(MAIN, { PORT: new URL(system.url).port, INIT_CWD: folder, ...env }, args);

async function report(args: string[], env: Record<string, string> = {}) {
  const child = start(args, env);
  const { code } = await child.ended;
  return { code, lines: child.lines };
}

const files = () => readdirSync(folder).sort();
const read = (name: string) => readFileSync(join(folder, name));

async function newestRun(): Promise<ReportDetail> {
  const [newest] = reportPageSchema.parse((await sam.call('GET', '/reports?limit=1')).body).items;
  return reportDetailSchema.parse((await sam.call('GET', `/reports/${newest?.id ?? ''}`)).body);
}

describe('npm run report', () => {
  it('has a day reported, says how far it is, and keeps PDF and CSV whole', async () => {
    const { code, lines } = await report([
      'daily',
      '--date',
      '2026-11-21',
      '--time-zone',
      'Europe/Berlin',
    ]);
    const run = await newestRun();
    expect(lines).toEqual([
      `Asked for: ${system.url}/reports/${run.id}`,
      ...lines.slice(1, -2),
      join(folder, 'daily-2026-11-21.pdf'),
      join(folder, 'daily-2026-11-21.csv'),
    ]);
    expect(lines.slice(1, -2).at(-1)).toMatch(/^100 % {2}\d+ of \d+ rows$/);
    expect(code).toBe(0);
    expect(run).toMatchObject({
      kind: 'daily',
      timeZone: 'Europe/Berlin',
      status: 'done',
      by: { name: 'Sam Stockton' },
    });
    expect(files()).toEqual(['daily-2026-11-21.csv', 'daily-2026-11-21.pdf']);
    for (const { format, bytes } of run.files) {
      expect(read(`daily-2026-11-21.${format}`).length).toBe(bytes);
    }
    expect(read('daily-2026-11-21.pdf').subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('keeps an export, packed, in the folder that is named', async () => {
    const period = ['--from', '2026-11-01', '--to', '2026-11-08'];
    const { code } = await report(['export', ...period, '--gzip', '--output', 'deep/down']);
    expect(code).toBe(0);
    const name = 'export-2026-11-01-to-2026-11-07.csv.gz';
    expect(gunzipSync(read(join('deep', 'down', name))).toString()).toMatch(/order_id,/);
  });

  it('leaves a file as it is that is there, unless it is told to replace it', async () => {
    await report(['ageing']);
    const names = files();
    const csv = names.find((name) => name.endsWith('.csv')) ?? '';
    const before = read(csv);
    for (const name of names) writeFileSync(join(folder, name), 'mine');
    const { code, lines } = await report(['ageing']);
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(
      / is there already: --force replaces it, --output names another folder$/,
    );
    for (const name of names) expect(read(name).toString()).toBe('mine');
    expect((await report(['ageing', '--force'])).code).toBe(0);
    expect(files()).toEqual(names);
    expect(read(csv).subarray(0, 40)).toEqual(before.subarray(0, 40));
  });

  it('asks for no daily report whose file is there already', async () => {
    writeFileSync(join(folder, 'daily-2026-11-20.csv'), 'mine');
    const { id } = await newestRun();
    const daily = ['daily', '--date', '2026-11-20'];
    expect(await report(daily)).toEqual({
      code: 1,
      lines: [
        `${join(folder, 'daily-2026-11-20.csv')} is there already: --force replaces it, --output names another folder`,
      ],
    });
    expect((await newestRun()).id).toBe(id);
    expect(files()).toEqual(['daily-2026-11-20.csv']);
    expect((await report([...daily, '--force'])).code).toBe(0);
    expect(read('daily-2026-11-20.csv').toString()).not.toBe('mine');
  });

  it('keeps none of the files where one of them is there already', async () => {
    await report(['ageing']);
    const pdf = files().find((name) => name.endsWith('.pdf')) ?? '';
    rmSync(join(folder, pdf));
    const left = files();
    expect((await report(['ageing'])).code).toBe(1);
    expect(files()).toEqual(left);
  });

  it('says which part of the request the API refuses, and why', async () => {
    const day = ['--date', '2011-12-30', '--time-zone', 'Pacific/Apia'];
    const { code, lines } = await report(['daily', ...day]);
    expect(code).toBe(1);
    expect(lines.at(-1)).toContain('date: 2011-12-30 is no day in Pacific/Apia');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'cancels the report on %s, and says so',
    async (signal) => {
      gate.shut();
      const child = start(['ageing']);
      const { runId, ended } = await gate.next();
      await child.lineWith(runId);
      child.kill(signal);
      expect((await child.ended).code).toBe(1);
      expect(child.lines.at(-1)).toBe('The report is cancelled.');
      expect(await newestRun()).toMatchObject({ id: runId, status: 'cancelled' });
      expect(files()).toEqual([]);
      gate.open();
      await ended;
      expect((await newestRun()).status).toBe('cancelled');
    },
  );

  it('says so where somebody else cancels it', async () => {
    gate.shut();
    const child = start(['ageing']);
    const { runId } = await gate.next();
    await child.lineWith(runId);
    await sam.call('DELETE', `/reports/${runId}`);
    expect((await child.ended).code).toBe(1);
    expect(child.lines.at(-1)).toBe('The report was cancelled in Ordercast.');
  });

  it('says what to do where there is no Ordercast', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${portOf(server)}`;
    await new Promise((resolve) => server.close(resolve));
    expect(await report(['ageing', '--url', url])).toEqual({
      code: 1,
      lines: [`There is no Ordercast at ${url}: start it by npm start, or name its page by --url.`],
    });
  });

  it('says why somebody may not, and tells no password', async () => {
    const wrong = await report(['ageing', '--password-env', 'MINE'], { MINE: 'Wrong-password-1' });
    expect(wrong.code).toBe(1);
    expect(wrong.lines.join('\n')).toMatch(/^sam@example\.com cannot sign in at http/);
    expect(wrong.lines.join('\n')).not.toContain('Wrong-password-1');
    const customer = await report(['ageing', '--email', 'ada@example.com']);
    expect(customer).toEqual({
      code: 1,
      lines: ['ada@example.com may not have reports: staff and admins may.'],
    });
    expect(files()).toEqual([]);
  });

  // Those of /proc can be made by nobody, and written to by nobody.
  it.each(['file', 'file/below', '/proc/nope', '/proc'])(
    'makes no report where its folder cannot be one: %s',
    async (output) => {
      writeFileSync(join(folder, 'file'), '');
      const { id } = await newestRun();
      const { code, lines } = await report(['ageing', '--output', output]);
      expect(code).toBe(2);
      expect(lines.at(-1)).toMatch(/ cannot be the folder for the files .*--output/);
      expect((await newestRun()).id).toBe(id);
      expect(files()).toEqual(['file']);
    },
  );

  it('ends with 2 where its command line is wrong', async () => {
    const { code, lines } = await report(['weekly']);
    expect(code).toBe(2);
    expect(lines[0]).toBe('There is no report "weekly"; give one: daily, ageing, export.');
    expect(existsSync(join(folder, 'weekly'))).toBe(false);
  });

  it.each([
    [[], 'Give a report: daily, ageing, export.'],
    [['constructor'], 'There is no report "constructor"'],
    [['daily'], 'Give --date: daily needs it.'],
    [['daily', '--date', '2026-02-30'], '--date must be a day such as 2026-11-21.'],
    [
      ['daily', '--date', '2026-11-21', '--time-zone', 'Mars/Olympus'],
      '--time-zone must be a name such as Europe/Berlin.',
    ],
    [['daily', '--date', '2026-11-21', '--gzip'], '--gzip has no meaning for daily; leave it out.'],
    [['ageing', '--date', '2026-11-21'], '--date has no meaning for ageing; leave it out.'],
    [['ageing', '--from', '2026-11-21'], '--from has no meaning for ageing; leave it out.'],
    [['export', '--from', '2026-11-01'], 'Give --to: export needs it.'],
    [['export', '--from', '2026-11-08', '--to', '2026-11-01'], '--from must be before to.'],
    [
      ['export', '--from', 'monday', '--to', '2026-11-01'],
      '--from must be an instant such as 2026-11-22T08:30:00Z, or a day such as 2026-11-22.',
    ],
    [
      ['export', '--from', '2026-11-01', '--to', '2026-11-02', '--time-zone', 'UTC'],
      '--time-zone has no meaning for export; leave it out.',
    ],
    [['ageing', 'daily'], '"daily" has no meaning there; give one report.'],
    [['ageing', '--outptu', 'x'], "Unknown option '--outptu'."],
    [['ageing', '--output', ''], '--output needs the path of a folder.'],
    [['ageing', '--url', 'localhost:8080'], '--url must be http:// or https://'],
    [['ageing', '--url', 'https://me:geheim@orders.example'], '--url must hold no user'],
    [['ageing', '--url', 'https://orders.example'], 'Give --email <mail>'],
    [
      ['ageing', '--url', 'https://orders.example', '--email', 'sam@example.com'],
      'Set REPORT_PASSWORD to the password of sam@example.com.',
    ],
    [['ageing', '--password-env', 'MINE'], 'Set MINE to the password of sam@example.com.'],
  ])('refuses %j with what to write', (args, reason) => {
    const reading = () => readArguments(args, {});
    expect(reading).toThrow(reason);
    expect(reading).toThrow('Usage: npm run report -- <report>');
    expect(reading).not.toThrow('geheim');
  });

  it('says so where npm has taken an option for itself', () => {
    expect(() => readArguments(['daily'], { npm_config_date: '2026-11-21' })).toThrow(
      'npm has taken --date for itself; write npm run report -- <report> --date …',
    );
    // It may stand in somebody's .npmrc.
    expect(readArguments(['ageing'], { npm_config_email: 'a@b.example' })).toMatchObject({
      login: { email: 'sam@example.com', password: DEMO_PASSWORD },
      page: 'http://localhost:8080',
    });
  });
});
