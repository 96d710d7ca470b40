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
      publicUrl: undefined,
    });
  });

  it('takes its flags and the port', () => {
    const read = readArguments(['--fresh', '--migrate', '--token-seconds', '5'], { PORT: '0' });
    expect(read).toMatchObject({ fresh: true, migrate: true, port: 0, tokenSeconds: 5 });
    expect(readArguments(['--ephemeral'], {})).toMatchObject({ ephemeral: true });
    expect(readArguments(['--data=/x'], {})).toMatchObject({ data: '/x' });
  });

  it.each(['eighty', '-1', '65536', '80.5', ''])('refuses PORT=%s with an example', (PORT) => {
    expect(() => readArguments([], { PORT })).toThrow(/PORT must be a number .* PORT=8081/);
  });

  it.each([['--frehs'], ['now'], ['--fresh=1'], ['--data'], ['--data=']])(
    'refuses %s with the usage',
    (arg) => {
      expect(() => readArguments([arg], {})).toThrow(ArgumentsError);
      expect(() => readArguments([arg], {})).toThrow(/Usage: npm start -- .*--fresh/s);
    },
  );

  it.each([[['--data', '/x']], [['--fresh']]])(
    'refuses --ephemeral with %j, which it would ignore',
    (more) => {
      expect(() => readArguments(['--ephemeral', ...more], {})).toThrow(
        new RegExp(`--ephemeral .*${more[0] ?? ''}.*Usage: `, 's'),
      );
    },
  );

  it('takes a path from where the person is, not from where npm runs', () => {
    expect(readArguments(['--data', 'mine'], { INIT_CWD: '/home/ada' })).toMatchObject({
      data: '/home/ada/mine',
    });
  });

  it('refuses what npm has taken for itself, where the -- is missing', () => {
    expect(() => readArguments([], { npm_config_ephemeral: 'true' })).toThrow(
      /npm has taken --ephemeral for itself; write npm start -- --ephemeral/,
    );
    expect(() => readArguments([], { npm_config_public_url: 'x' })).toThrow(/-- --public-url/);
  });

  it.each(['--help', '-h'])('takes %s before all else', (flag) => {
    expect(readArguments([flag, '--ephemeral', '--fresh'], { PORT: 'eighty' })).toBe('help');
  });

  it.each([
    ['https://orders.example', 'https://orders.example'],
    ['https://Orders.Example:443/', 'https://orders.example'],
    ['http://localhost:9000', 'http://localhost:9000'],
  ])('takes the public address %s as the origin %s', (text, publicUrl) => {
    expect(readArguments(['--public-url', text], {})).toMatchObject({ publicUrl });
  });

  it.each([
    'orders.example',
    'ftp://orders.example',
    'https://orders.example/app',
    'https://a@b',
    '',
  ])('refuses the public address %j', (text) => {
    expect(() => readArguments([`--public-url=${text}`], {})).toThrow(
      /--public-url must be http:\/\/ or https:\/\/ and a host/,
    );
  });

  it.each(['0', '86401', '1h'])('refuses --token-seconds %s', (seconds) => {
    expect(() => readArguments(['--token-seconds', seconds], {})).toThrow(/from 1 to 86400/);
  });
});
