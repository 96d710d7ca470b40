import { parseArgs } from 'node:util';
import { argumentFault } from '@ordercast/platform/argument-fault.ts';
import { COMMON_OPTIONS, OPTIONS, commandOf } from './commands.ts';
import type { CommandName, OptionName } from './commands.ts';
import { EXIT } from './exit-code.ts';
import { LINT_FORMATS } from './lint-format.ts';
import type { LintFormat } from './lint-format.ts';
import { Refused } from './report.ts';
import { USAGE, isCommand, isOption } from './usage.ts';

export interface MigrateArguments {
  command: CommandName | 'help';
  /** What follows the command, such as the purpose of a new step. */
  operand: string | undefined;
  to: string | undefined;
  approved: string | undefined;
  dryRun: boolean;
  outOfOrder: boolean;
  pendingFails: boolean;
  unreadFails: boolean;
  /** Steps to forget, as they were written; undefined: that was not asked for. */
  forget: readonly string[] | undefined;
  json: boolean;
  /** How `lint` answers; `json` where that is asked for in either way. */
  format: LintFormat;
  lockTimeoutMs: number;
  /** The database that a plan is for, where no connection names it. */
  database: string | undefined;
  directory: string | undefined;
  /** File that takes the answer instead of standard output, where npm prints a line of its own; never `-`. */
  output: string | undefined;
  /** Logins to make, as they were written: `<name>=<role>`. */
  logins: readonly string[];
  resetPasswords: boolean;
  endSessions: boolean;
}

/** Reads the command line; refuses with what to write, also an option that the command does not use. */
export function readArguments(args: readonly string[]): MigrateArguments {
  const { values, positionals, tokens } = parse(args);
  const [command, ...operands] = positionals;
  if (values.help || command === 'help') {
    return { ...settings(values), command: 'help', operand: undefined };
  }
  if (command === undefined) {
    throw new Refused(EXIT.usage, `${USAGE}\n\nName a command: npm run migrate -- <command>.`);
  }
  if (!isCommand(command)) throw usage(`There is no command "${command}".`);
  const used = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []));
  assertTaken(command, used.filter(isOption));
  const forget = values.forget === true ? operands : undefined;
  const room = forget?.length ?? (commandOf(command).operand === undefined ? 0 : 1);
  const surplus = operands[room];
  if (surplus !== undefined) throw usage(`"${command}" takes no "${surplus}".`);
  if (command === 'baseline' && values.to === undefined) {
    throw usage('baseline needs --to <version>: up to which step is it there already?');
  }
  if (command === 'repair' && values.approved !== undefined && forget === undefined) {
    throw usage('repair uses --approved with --forget <version> alone.');
  }
  return { ...settings(values), command, operand: operands[0], forget };
}

/** The file of `--output`, also of a command line that is refused; undefined: standard output. */
export function outputOf(args: readonly string[]): string | undefined {
  const { values } = parseArgs({ args: [...args], strict: false, options: OPTIONS });
  return typeof values.output === 'string' ? fileOf(values.output) : undefined;
}

/** The command that a line names, also of one that is refused; undefined where it names none. */
export function commandNamed(args: readonly string[]): CommandName | undefined {
  const { positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: OPTIONS,
  });
  return positionals.slice(0, 1).find(isCommand);
}

/** `-` is standard output, as it is for other programs. */
function fileOf(output: string | undefined): string | undefined {
  return output === '-' ? undefined : output;
}

function assertTaken(command: CommandName, used: readonly OptionName[]): void {
  const taken = [...commandOf(command).options, ...COMMON_OPTIONS];
  const other = used.find((option) => !taken.includes(option));
  if (other === undefined) return;
  const list = taken.map((option) => `--${option}`).join(', ');
  throw usage(`"${command}" does not use --${other}. It takes ${list}.`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, tokens: true, options: OPTIONS });
  } catch (error) {
    // Where the next word begins with a dash node:util asks what was meant.
    const value = args[args.indexOf('--lock-timeout') + 1];
    if (args.includes('--lock-timeout') && /^-[\d.]/.test(value ?? ''))
      throw notSeconds(value ?? '');
    throw usage(`${argumentFault(error)}.`);
  }
}

function notSeconds(value: string): Refused {
  return usage(`--lock-timeout is a number of seconds from 0 to 99999, not "${value}".`);
}

function settings(values: ReturnType<typeof parse>['values']) {
  const seconds = values['lock-timeout'];
  if (!/^\d{1,5}(\.\d{1,3})?$/.test(seconds)) {
    throw notSeconds(seconds);
  }
  if (values.approved !== undefined && !/^[0-9a-f]{64}$/i.test(values.approved)) {
    throw usage(
      '--approved is the SHA-256 that "plan", "down --dry-run" and "repair --forget <version> --dry-run" print: 64 hexadecimal digits.',
    );
  }
  const format = formatOf(values);
  if (values.database?.trim() === '') {
    throw usage('--database is empty: name the database that the script is for, or leave it out.');
  }
  return {
    to: values.to,
    approved: values.approved,
    dryRun: values['dry-run'] ?? false,
    outOfOrder: values['out-of-order'] ?? false,
    pendingFails: values['pending-fails'] ?? false,
    unreadFails: values['unread-fails'] ?? false,
    forget: undefined,
    json: format === 'json',
    format,
    lockTimeoutMs: Math.round(Number(seconds) * 1000),
    database: values.database,
    directory: values.directory,
    output: fileOf(values.output),
    logins: values.login ?? [],
    resetPasswords: values['reset-passwords'] ?? false,
    endSessions: values['end-sessions'] ?? false,
  };
}

function formatOf(values: ReturnType<typeof parse>['values']): LintFormat {
  const asked = values.format ?? (values.json === true ? 'json' : 'text');
  const format = LINT_FORMATS.find((one) => one === asked);
  if (format === undefined) {
    throw usage(`--format is one of ${LINT_FORMATS.join(', ')}, not "${asked}".`);
  }
  if (values.json === true && format !== 'json') {
    throw usage(`--json and --format ${format} do not go together: write one of them.`);
  }
  return format;
}

function usage(reason: string): Refused {
  return new Refused(EXIT.usage, `${reason} See: npm run migrate -- --help`);
}
