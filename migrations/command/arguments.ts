import { parseArgs } from 'node:util';
import { argumentFault } from '@ordercast/platform/argument-fault.ts';
import { COMMON_OPTIONS, OPTIONS, commandOf } from './commands.ts';
import type { CommandName, OptionName } from './commands.ts';
import { EXIT } from './exit-code.ts';
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
  forget: boolean;
  json: boolean;
  lockTimeoutMs: number;
  directory: string | undefined;
  /** File that takes the answer instead of standard output, where npm prints a line of its own. */
  output: string | undefined;
  migrator: string;
  app: string;
}

/** Reads the command line; refuses with what to write, also an option that the command does not use. */
export function readArguments(args: readonly string[]): MigrateArguments {
  const { values, positionals, tokens } = parse(args);
  const [command, operand, ...more] = positionals;
  if (values.help || command === undefined || command === 'help') {
    return { ...settings(values), command: 'help', operand: undefined };
  }
  if (!isCommand(command)) throw usage(`There is no command "${command}".`);
  const takesOperand = commandOf(command).operand !== undefined;
  const surplus = takesOperand ? more[0] : operand;
  if (surplus !== undefined) throw usage(`"${command}" takes no "${surplus}".`);
  const used = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []));
  assertTaken(command, used.filter(isOption));
  return { ...settings(values), command, operand };
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
    throw usage(argumentFault(error));
  }
}

function settings(values: ReturnType<typeof parse>['values']) {
  const seconds = values['lock-timeout'];
  if (!/^\d{1,5}(\.\d{1,3})?$/.test(seconds)) {
    throw usage(`--lock-timeout is a number of seconds, not "${seconds}".`);
  }
  if (values.approved !== undefined && !/^[0-9a-f]{64}$/i.test(values.approved)) {
    throw usage('--approved is the SHA-256 that "plan" prints: 64 hexadecimal digits.');
  }
  return {
    to: values.to,
    approved: values.approved,
    dryRun: values['dry-run'] ?? false,
    outOfOrder: values['out-of-order'] ?? false,
    pendingFails: values['pending-fails'] ?? false,
    forget: values.forget ?? false,
    json: values.json ?? false,
    lockTimeoutMs: Math.round(Number(seconds) * 1000),
    directory: values.directory,
    output: values.output,
    migrator: values.migrator,
    app: values.app,
  };
}

function usage(reason: string): Refused {
  return new Refused(EXIT.usage, `${reason}\n\n${USAGE}`);
}
