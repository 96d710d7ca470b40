import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { ServerRefusedError } from '@ordercast/client/errors.ts';
import {
  reportDetailSchema,
  reportDownloadSchema,
  reportSchema,
} from '@ordercast/contract/report.ts';
import type { NewReport, ReportEventData } from '@ordercast/contract/report.ts';
import { makeFolder } from '@ordercast/platform/make-folder.ts';
import { untilAborted } from '@ordercast/platform/until-aborted.ts';
import { ConfigUnavailableError, loadAppConfig } from '@ordercast/web/src/app-config.ts';
import type { AppConfig } from '@ordercast/web/src/app-config.ts';
import { AuthError } from '@ordercast/web/src/auth/auth-error.ts';
import { signIn } from '../smoke/person.ts';
import type { Person } from '../smoke/person.ts';
import { ArgumentsError } from './arguments.ts';
import type { ReportSettings } from './arguments.ts';
import { FollowedRun } from './followed-run.ts';
import { keepFile, mustBeFree, nameOf } from './keep-file.ts';
import type { ProgressLines } from './progress-lines.ts';

/** The report is not there; the message says why and what to do. */
export class NoReport extends Error {
  override name = 'NoReport';
}

interface Surroundings {
  say: (line: string) => void;
  progress: ProgressLines;
  /** Cancels the run. */
  signal: AbortSignal;
}

/** How long an answer of the API may take. */
const ANSWER_MS = 60_000;

/**
 * Has a running system make a report, follows it to its end, and keeps its files. An abort of the signal cancels the run. @throws NoReport
 * where it came to no files, ArgumentsError where the folder cannot take them, FileNotKept; also what else goes wrong on the way
 */
export async function runReport(
  settings: ReportSettings,
  surroundings: Surroundings,
): Promise<void> {
  const { page, output } = settings;
  const { say, progress, signal } = surroundings;
  mustTakeFiles(output);
  mustBeFree(output, settings.force ? [] : expectedNames(settings.report));
  const config = await readConfig(page);
  const person = await enter(config, settings);
  signal.throwIfAborted();
  const followed = new FollowedRun({
    realtimeUrl: config.realtimeUrl,
    token: () => person.user.accessToken(),
    read: (id) => readRun(person, id),
    onChange: progress.show,
  });
  try {
    await untilAborted(followed.open(), signal).catch((error: unknown) => {
      throw isForbidden(error)
        ? new NoReport(`${settings.login.email} may not have reports: staff and admins may.`)
        : error;
    });
    const asked = await askFor(person, settings);
    say(`Asked for: ${page}/reports/${asked.id}`);
    const run = await untilAborted(followed.follow(asked), signal).catch(async (error: unknown) => {
      progress.end();
      throw signal.aborted ? await cancelled(person, asked.id) : error;
    });
    progress.end();
    if (run.status === 'cancelled') throw new NoReport('The report was cancelled in Ordercast.');
    if (run.status === 'failed') throw new NoReport(run.failure ?? 'The report failed.');
    for (const path of await keepFiles(person, run, settings, signal)) say(path);
  } finally {
    progress.end();
    followed.close();
  }
}

const isForbidden = (error: unknown) =>
  error instanceof ServerRefusedError && error.code === 'FORBIDDEN_CHANNEL';

/** Makes the folder where it is missing, and tries whether anything can be made in it: its permissions alone do not tell. */
function mustTakeFiles(path: string): void {
  try {
    makeFolder(path);
    rmdirSync(mkdtempSync(join(path, '.ordercast-')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new ArgumentsError(
      `${path} cannot be the folder for the files (${reason}): name another by --output.`,
    );
  }
}

/** Those that are known before the run is: the day of ageing, and the days of an export, are told in the zone of the server. */
function expectedNames(report: NewReport): string[] {
  return report.kind === 'daily' ? [`daily-${report.date}.pdf`, `daily-${report.date}.csv`] : [];
}

async function readConfig(page: string): Promise<AppConfig> {
  try {
    return await loadAppConfig((path) => fetch(`${page}${path}`), page);
  } catch (error) {
    if (!(error instanceof ConfigUnavailableError)) throw error;
    throw new NoReport(
      `There is no Ordercast at ${page}: start it by npm start, or name its page by --url.`,
    );
  }
}

async function enter(config: AppConfig, { login, page }: ReportSettings): Promise<Person> {
  try {
    return await signIn(config, login);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    throw new NoReport(`${login.email} cannot sign in at ${page}: ${error.message}`);
  }
}

function askFor(person: Person, { report }: ReportSettings): Promise<ReportEventData> {
  return person.call('POST', '/reports', {
    status: 202,
    schema: reportSchema,
    body: report,
    headers: { 'Idempotency-Key': `report-${randomUUID()}` },
    signal: AbortSignal.timeout(ANSWER_MS),
  });
}

function readRun(person: Person, id: string): Promise<ReportEventData> {
  return person.call('GET', `/reports/${id}`, {
    status: 200,
    schema: reportDetailSchema,
    signal: AbortSignal.timeout(ANSWER_MS),
  });
}

/** What to say after a try to cancel a run. */
async function cancelled(person: Person, id: string): Promise<NoReport> {
  try {
    await person.call('DELETE', `/reports/${id}`, {
      status: 200,
      schema: reportSchema,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return new NoReport('The report is cancelled.');
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    return new NoReport(`The report could not be cancelled: ${reason}`);
  }
}

async function keepFiles(
  person: Person,
  { id, kind, files }: ReportEventData,
  { output, force }: ReportSettings,
  signal: AbortSignal,
): Promise<string[]> {
  const found: { url: string; name: string; bytes: number }[] = [];
  for (const { format, bytes } of files) {
    const { url } = await person.call('GET', `/reports/${id}/download?format=${format}`, {
      status: 200,
      schema: reportDownloadSchema,
      signal,
    });
    found.push({ url, name: nameOf(url, `${kind}-${id}.${format}`), bytes });
  }
  if (!force) {
    mustBeFree(
      output,
      found.map(({ name }) => name),
    );
  }
  const paths: string[] = [];
  for (const { url, name, bytes } of found) {
    paths.push(await keepFile(url, { folder: output, name, bytes }, signal));
  }
  return paths;
}
