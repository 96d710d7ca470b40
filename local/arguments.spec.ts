import { describe, expect, it } from 'vitest';
import { ArgumentsError, readArguments } from './arguments.ts';

describe('the command line of npm start', () => {
  it('listens on 8080 and keeps its data unless told otherwise', () => {
    expect(readArguments([], {})).toEqual({
      data: undefined,
      fresh: false,
      ephemeral: false,
      migrate: false,
      port: 8080,
      tokenSeconds: 3600,
    });
  });

  it('takes its flags and the port', () => {
    const read = readArguments(['--fresh', '--migrate', '--token-seconds', '5'], { PORT: '0' });
    expect(read).toMatchObject({ fresh: true, migrate: true, port: 0, tokenSeconds: 5 });
    expect(readArguments(['--ephemeral', '--data=/x'], {})).toMatchObject({
      ephemeral: true,
      data: '/x',
    });
  });

  it.each(['eighty', '-1', '65536', '80.5', ''])('refuses PORT=%s with an example', (PORT) => {
    expect(() => readArguments([], { PORT })).toThrow(/PORT must be a number .* PORT=8081/);
  });

  it.each([['--frehs'], ['now'], ['--fresh=1'], ['--data']])('refuses %s with the usage', (arg) => {
    expect(() => readArguments([arg], {})).toThrow(ArgumentsError);
    expect(() => readArguments([arg], {})).toThrow(/Usage: npm start -- \[--fresh/);
  });

  it.each(['0', '86401', '1h'])('refuses --token-seconds %s', (seconds) => {
    expect(() => readArguments(['--token-seconds', seconds], {})).toThrow(/from 1 to 86400/);
  });
});
