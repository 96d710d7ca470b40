import { parseArgs } from 'node:util';
import { argumentFault } from '@ordercast/platform/argument-fault.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

export const COMMANDS = {
  status: 'what is applied, pending, edited, failed or applied in part',
  plan: 'the exact T-SQL of what is pending, as one script; every step where no DATABASE_URL is set',
  up: 'apply what is pending: [--to <version>] [--approved <sha256>] [--dry-run]',
  down: 'undo the last step, or all after --to <version> (0: all of them): [--dry-run]',
  verify: 'whether steps were edited, and whether the live schema is theirs',
  lint: 'dangers in the steps',
  baseline: 'mark the steps up to --to <version> as applied, of a schema that is there already',
  repair: 'accept edited steps, and those that knex applied, as they stand here now',
  unlock: "free knex's lock, and tell who holds the migration lock",
  new: 'begin a new step: new "<purpose>"',
  bootstrap:
    'once, as the master login: database, logins, rights, row versioning: [--migrator <login>] [--app <login>] [--dry-run]',
} as const;

export type CommandName = keyof typeof COMMANDS;

export interface MigrateArguments {
  command: CommandName | 'help';
  /** What follows the command, such as the purpose of a new step. */
  operand: string | undefined;
  to: string | undefined;
  approved: string | undefined;
  dryRun: boolean;
  json: boolean;
  lockTimeoutMs: number;
  directory: string | undefined;
  /** File that takes the answer instead of standard output, where npm prints a line of its own. */
  output: string | undefined;
  migrator: string;
  app: string;
}

const COMMON = `  --json                    one JSON object on standard output, for machines
  --lock-timeout <seconds>  how long to wait for another migration, and for a table (default 10)
  --output <file>           write the answer there: npm prints a line of its own before it on
                            standard output, unless it is run as npm run --silent
  --directory <folder>      other steps than those of migrations/versions
  -h, --help                this text`;

export const USAGE = `npm run migrate -- <command> [options]

${Object.entries(COMMANDS)
  .map(([name, help]) => `  ${name.padEnd(10)} ${help}`)
  .join('\n')}

${COMMON}

The database is the one that DATABASE_URL names: mssql://user:password@host:1433/name, or
sqlite:<path>; or DATABASE_SECRET_ID, a secret of AWS. plan, lint and new need none.`;

/** Reads the command line; refuses with what to write. */
export function readArguments(args: readonly string[]): MigrateArguments {
  const { values, positionals } = parse(args);
  const [command, operand, ...more] = positionals;
  if (values.help || command === undefined || command === 'help') {
    return { ...settings(values), command: 'help', operand: undefined };
  }
  if (!isCommand(command)) throw usage(`There is no command "${command}".`);
  if (more.length > 0 || (operand !== undefined && command !== 'new')) {
    throw usage(`"${command}" takes no "${command === 'new' ? more[0] : operand}".`);
  }
  return { ...settings(values), command, operand };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        to: { type: 'string' },
        approved: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'lock-timeout': { type: 'string', default: '10' },
        directory: { type: 'string' },
        output: { type: 'string' },
        migrator: { type: 'string', default: 'ordercast_migrator' },
        app: { type: 'string', default: 'ordercast_app' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw usage(argumentFault(error));
  }
}

function settings(values: ReturnType<typeof parse>['values']) {
  const seconds = values['lock-timeout'];
  if (!/^\d{1,5}(\.\d{1,3})?$/.test(seconds)) {
    throw usage(`--lock-timeout is a number of seconds from 0 to 99999, not "${seconds}".`);
  }
  if (values.approved !== undefined && !/^[0-9a-f]{64}$/i.test(values.approved)) {
    throw usage('--approved is the SHA-256 that "plan" prints: 64 hexadecimal digits.');
  }
  return {
    to: values.to,
    approved: values.approved,
    dryRun: values['dry-run'],
    json: values.json,
    lockTimeoutMs: Math.round(Number(seconds) * 1000),
    directory: values.directory,
    output: values.output,
    migrator: values.migrator,
    app: values.app,
  };
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function usage(reason: string): Refused {
  return new Refused(EXIT.usage, `${reason}\n\n${USAGE}`);
}
