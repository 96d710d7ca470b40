import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { newReportSchema } from '@ordercast/contract/report.ts';
import type { NewReport } from '@ordercast/contract/report.ts';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { argumentFault } from '@ordercast/platform/argument-fault.ts';
import { InvalidPageAddress, pageAddress } from '../smoke/page-address.ts';

export interface ReportSettings {
  report: NewReport;
  /** Address of the page, without a slash at its end. */
  page: string;
  login: { email: string; password: string };
  /** Absolute path of the folder for the files. */
  output: string;
  /** Replace files that are there. */
  force: boolean;
}

/** The command line or the environment cannot be understood, or not be followed; the message says what to write, and holds no password. */
export class ArgumentsError extends Error {
  override name = 'ArgumentsError';
}

const DEMO_EMAIL = 'sam@example.com';
const PASSWORD_VARIABLE = 'REPORT_PASSWORD';

export const USAGE = `npm run report -- <report> [options]

Has a running Ordercast make a report, follows it, and keeps its files. Ctrl-C cancels the report.

  daily --date <day> [--time-zone <zone>]    the orders of a day such as 2026-11-21, of a zone such as Europe/Berlin
  ageing                                     the open orders, and how long they have waited
  export --from <when> --to <when> [--gzip]  each line item of the orders placed from … to before …; a day such as
                                             2026-11-01, which begins at midnight UTC, or 2026-11-01T08:00:00Z

  --output <folder>      where the files go (default: the folder that you are in)
  --force                replace files that are there
  --url <page>           the address of the page (default http://localhost:8080, or the port in PORT)
  --email <mail>         who asks, of the group staff or admins; the report's mail goes there
  --password-env <name>  the environment variable with the password (default ${PASSWORD_VARIABLE})
  -h, --help             this text

For a page on localhost a demo user is the default. Ends with 0 where the files are there, with 1 where the report failed or was
cancelled, or something else went wrong, with 2 where this command line is wrong or its folder can take no files.`;

const OPTIONS = {
  date: { type: 'string' },
  'time-zone': { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  gzip: { type: 'boolean' },
  output: { type: 'string' },
  force: { type: 'boolean' },
  url: { type: 'string' },
  email: { type: 'string' },
  'password-env': { type: 'string' },
} as const;

/** Somebody's .npmrc may set them for npm itself. */
const NPM_HAS_TOO = ['email', 'force'];

/** What each report is told. */
const OF_REPORT = {
  daily: { needed: ['date'], taken: ['time-zone'] },
  ageing: { needed: [], taken: [] },
  export: { needed: ['from', 'to'], taken: ['gzip'] },
} as const satisfies Record<NewReport['kind'], object>;

type Environment = Readonly<Record<string, string | undefined>>;
type Values = ReturnType<typeof parse>['values'];

/** Reads `npm run report -- …`; `help` where {@link USAGE} is asked for. Throws {@link ArgumentsError}. */
export function readArguments(args: readonly string[], env: Environment): ReportSettings | 'help' {
  const { values, positionals } = parse(args);
  if (values.help === true) return 'help';
  refuseSwallowed(env);
  const report = readReport(positionals, values);
  const { page, isLocal } = readAddress(values.url ?? `http://localhost:${env.PORT || '8080'}`);
  if (values.output === '') throw refusal('--output needs the path of a folder');
  return {
    report,
    page,
    login: readLogin(values, env, isLocal),
    // npm runs a script in the project's folder; a path is meant from where the person is.
    output: resolve(env.INIT_CWD ?? '', values.output ?? '.'),
    force: values.force ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...OPTIONS, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw refusal(argumentFault(error));
  }
}

/** Without the `--` between, npm takes an option for one of its own, and this command never sees it. */
function refuseSwallowed(env: Environment): void {
  const swallowed = Object.keys(OPTIONS).find(
    (name) => !NPM_HAS_TOO.includes(name) && `npm_config_${name.replaceAll('-', '_')}` in env,
  );
  if (swallowed === undefined) return;
  throw refusal(
    `npm has taken --${swallowed} for itself; write npm run report -- <report> --${swallowed} …`,
  );
}

function readReport(positionals: readonly string[], values: Values): NewReport {
  const [kind = '', ...more] = positionals;
  if (!isKind(kind)) {
    const given = kind === '' ? 'Give a report' : `There is no report "${kind}"; give one`;
    throw refusal(`${given}: ${Object.keys(OF_REPORT).join(', ')}`);
  }
  if (more[0] !== undefined) throw refusal(`"${more[0]}" has no meaning there; give one report`);
  const needed: readonly string[] = OF_REPORT[kind].needed;
  const taken: readonly string[] = OF_REPORT[kind].taken;
  for (const name of ['date', 'time-zone', 'from', 'to', 'gzip'] as const) {
    if (needed.includes(name)) {
      if (values[name] === undefined) throw refusal(`Give --${name}: ${kind} needs it`);
    } else if (values[name] !== undefined && !taken.includes(name)) {
      throw refusal(`--${name} has no meaning for ${kind}; leave it out`);
    }
  }
  const { date = '', 'time-zone': timeZone, from = '', to = '', gzip } = values;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw refusal('--time-zone must be a name such as Europe/Berlin');
  }
  const report: NewReport = {
    daily: { kind: 'daily' as const, date, ...(timeZone !== undefined && { timeZone }) },
    ageing: { kind: 'ageing' as const },
    export: { kind: 'export' as const, from, to, ...(gzip === true && { gzip }) },
  }[kind];
  const fault = newReportSchema.safeParse(report).error?.issues[0];
  if (fault !== undefined) throw refusal(`--${fault.path.join('.')} ${fault.message}`);
  return report;
}

const isKind = (text: string): text is NewReport['kind'] => Object.hasOwn(OF_REPORT, text);

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function readLogin(values: Values, env: Environment, isLocal: boolean): ReportSettings['login'] {
  const email = values.email ?? (isLocal ? DEMO_EMAIL : '');
  if (email === '') throw refusal('Give --email <mail>: there are demo users on localhost alone');
  const named = values['password-env'];
  const variable = named ?? PASSWORD_VARIABLE;
  const password = env[variable] || (isLocal && named === undefined ? DEMO_PASSWORD : '');
  if (password === '') throw refusal(`Set ${variable} to the password of ${email}`);
  return { email, password };
}

function readAddress(text: string): ReturnType<typeof pageAddress> {
  try {
    return pageAddress(text);
  } catch (error) {
    if (error instanceof InvalidPageAddress) throw refusal(error.message);
    throw error;
  }
}

function refusal(reason: string): ArgumentsError {
  return new ArgumentsError(`${reason}.\n\nUsage: ${USAGE}`);
}
