import { describe, expect, it } from 'vitest';
import { readDeployArguments } from './arguments.ts';
import { readDestroyArguments } from './destroy-arguments.ts';

describe('the command line of a deployment', () => {
  it.each([
    [[], /^Give --stage\./],
    [['--stage', 'staging'], /--stage <name>, where <name> is dev or prod/],
    [['--stage', 'dev', '--force'], /^Unknown option '--force'/],
    [['--stage', 'dev', 'now'], /^Unexpected argument 'now': options stand behind "--"/],
    [
      ['--stage', 'dev', '--plan', '--approve', 'a'.repeat(64)],
      /--plan changes nothing, so it does not use --approve/,
    ],
    [['--stage', 'dev', '--plan', '--skip-smoke'], /does not use --skip-smoke/],
    [['--stage', 'dev', '--plan', '--administrator', 'a@b.org'], /does not use --administrator/],
    [['--stage', 'dev', '--approve', 'yes'], /64 hexadecimal digits/],
    [['--stage', 'dev', '--approve', 'a'.repeat(64), '--skip-migrations'], /do not go together/],
    [['--stage', 'dev', '--administrator', 'alex'], /is a mail address/],
    [['--stage', 'dev', '--replace', 'Table'], /<stack>\/<logical id>/],
  ])('refuses %j', (args, message) => {
    expect(() => readDeployArguments(args)).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(() => readDeployArguments(args)).toThrow(message);
  });

  it('takes several names of what may be replaced', () => {
    const args = ['--stage', 'dev', '--plan', '--replace', 'data/A', '--replace', 'data/B'];
    expect(readDeployArguments(args)).toMatchObject({ plan: true, replace: ['data/A', 'data/B'] });
  });

  it('of either command answers with its help, and refuses what it does not know', () => {
    expect(readDeployArguments(['--help'])).toBe('help');
    expect(readDestroyArguments(['-h'])).toBe('help');
    expect(() => readDestroyArguments(['--stage', 'dev', '--plan'])).toThrow(
      /^Unknown option '--plan'/,
    );
    expect(() => readDestroyArguments([])).toThrow(/^Give --stage/);
  });
});
