import { COMMANDS, OPTIONS, commandOf, optionText } from './commands.ts';
import type { CommandName, OptionName } from './commands.ts';

const names: readonly CommandName[] = Object.keys(COMMANDS).filter(isCommand);
const options: readonly OptionName[] = Object.keys(OPTIONS).filter(isOption);

/** The help: every command with the options that are its own, then what each option does. */
export const USAGE = `npm run migrate -- <command> [options]

${names.map(commandLines).join('\n')}

${options.map(optionLine).join('\n')}

The database is the one that DATABASE_URL names: mssql://user:password@host:1433/name, or
sqlite:<path>; or DATABASE_SECRET_ID, a secret of AWS. plan, lint and new need none.`;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

export function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

function commandLines(name: CommandName): string {
  const { help, options: own, operand } = commandOf(name);
  const taken = own.map((option) => `[${optionText(option)}]`);
  const line = [...(operand === undefined ? [] : [operand]), ...taken].join(' ');
  return `  ${name.padEnd(10)} ${help}\n${' '.repeat(13)}${line}`;
}

function optionLine(name: OptionName): string {
  const option = OPTIONS[name];
  const fallback = 'default' in option ? ` (default ${option.default})` : '';
  return `  ${optionText(name).padEnd(25)} ${option.help}${fallback}`;
}
