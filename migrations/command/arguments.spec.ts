import { describe, expect, it } from 'vitest';
import { commandNamed, readArguments } from './arguments.ts';
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
  const needed =
    command === 'baseline' && option !== 'to'
      ? ['--to', 'x']
      : command === 'repair' && option === 'approved'
        ? ['--forget', 'x']
        : [];
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

  it('says in one line what is wrong, and where the help is', () => {
    for (const args of [['frobnicate'], ['up', '--frob'], ['up', 'x'], ['baseline']]) {
      expect(() => readArguments(args)).toThrow(/^[^\n]+[.?] See: npm run migrate -- --help$/);
    }
  });

  it.each(['-1', '-0.5', 'soon', '', '100000'])(
    'says what --lock-timeout is where it is "%s"',
    (seconds) => {
      for (const args of [['--lock-timeout', seconds], [`--lock-timeout=${seconds}`]]) {
        expect(() => readArguments(['up', ...args])).toThrow(
          `--lock-timeout is a number of seconds from 0 to 99999, not "${seconds}".`,
        );
      }
    },
  );

  it('tells the command also of a line that is refused', () => {
    expect(commandNamed(['up', '--json', '--frob'])).toBe('up');
    expect(commandNamed(['--to', 'down', 'verify', '--json', 'x'])).toBe('verify');
    expect(commandNamed(['frobnicate', '--json'])).toBeUndefined();
  });

  it('without a command is refused with the help', () => {
    expect(() => readArguments([])).toThrow(USAGE);
    for (const args of [['help'], ['--help'], ['up', '-h']]) {
      expect(readArguments(args).command).toBe('help');
    }
  });

  it('takes the names of what is to be forgotten, and --approved with them alone', () => {
    expect(readArguments(['repair'])).toMatchObject({ forget: undefined });
    expect(readArguments(['repair', '--forget'])).toMatchObject({ forget: [] });
    expect(readArguments(['repair', '--forget', 'a', 'b'])).toMatchObject({ forget: ['a', 'b'] });
    expect(() => readArguments(['repair', 'a'])).toThrow('"repair" takes no "a"');
    expect(() => readArguments(['repair', '--approved', 'a'.repeat(64)])).toThrow(
      'repair uses --approved with --forget',
    );
  });

  it('tells of every command and option in its help', () => {
    for (const name of [...Object.keys(COMMANDS), ...options]) expect(USAGE).toContain(name);
  });

  it.each(['', ' '])('takes no empty name of a database: "%s"', (name) => {
    expect(() => readArguments(['plan', '--database', name])).toThrow('--database is empty');
  });
});
