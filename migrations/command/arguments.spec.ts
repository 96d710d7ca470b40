import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';
import { COMMANDS, COMMON_OPTIONS, OPTIONS, commandOf } from './commands.ts';
import { USAGE, isCommand, isOption } from './usage.ts';

const VALUES: Readonly<Record<string, string>> = {
  approved: 'a'.repeat(64),
  'lock-timeout': '1',
  format: 'sarif',
};
const options = Object.keys(OPTIONS).filter(isOption);
const pairs = Object.keys(COMMANDS)
  .filter(isCommand)
  .flatMap((command) =>
    options
      .filter((option) => option !== 'help')
      .map((option) => ({
        command,
        option,
        isTaken: [...commandOf(command).options, ...COMMON_OPTIONS].includes(option),
      })),
  );

function read(command: string, option: keyof typeof OPTIONS) {
  const value = OPTIONS[option].type === 'string' ? [VALUES[option] ?? 'x'] : [];
  const needed = command === 'baseline' && option !== 'to' ? ['--to', 'x'] : [];
  return () => readArguments([command, `--${option}`, ...value, ...needed]);
}

describe('the command line', () => {
  it.each(pairs.filter(({ isTaken }) => !isTaken))(
    'refuses $command --$option, which $command does not use',
    ({ command, option }) => {
      expect(read(command, option)).toThrow(`"${command}" does not use --${option}. It takes`);
    },
  );

  it.each(pairs.filter(({ isTaken }) => isTaken))(
    'takes $command --$option',
    ({ command, option }) => {
      expect(read(command, option)()).toHaveProperty('command', command);
    },
  );

  it.each([
    [['lint'], 'text'],
    [['lint', '--json'], 'json'],
    [['lint', '--format', 'json'], 'json'],
    [['lint', '--format', 'junit'], 'junit'],
  ])('reads how lint answers from %j', (args, format) => {
    expect(readArguments(args)).toMatchObject({ format, json: format === 'json' });
  });

  it('refuses a format that lint does not know, and two at once', () => {
    expect(() => readArguments(['lint', '--format', 'xml'])).toThrow(
      '--format is one of text, json, sarif, junit, not "xml".',
    );
    expect(() => readArguments(['lint', '--json', '--format', 'sarif'])).toThrow(
      '--json and --format sarif do not go together',
    );
  });

  it('tells of every command and option in its help', () => {
    for (const name of [...Object.keys(COMMANDS), ...options]) expect(USAGE).toContain(name);
  });

  it.each(['', ' '])('takes no empty name of a database: "%s"', (name) => {
    expect(() => readArguments(['plan', '--database', name])).toThrow('--database is empty');
  });
});
