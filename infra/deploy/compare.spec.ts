import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

const MAIN = join(import.meta.dirname, 'compare-main.ts');

function compare(...args: string[]) {
  const env = { PATH: process.env['PATH'] ?? '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

describe('npm run diff:infra', () => {
  const wanted = inject('assemblies').dev;
  let before: string;
  beforeEach(() => {
    before = mkdtempSync(join(tmpdir(), 'ordercast-compare-'));
    cpSync(wanted, before, { recursive: true, filter: (path) => !/[/\\]asset\./.test(path) });
  });
  afterEach(() => rmSync(before, { recursive: true }));

  function change(file: string, from: RegExp, to: string): void {
    const text = readFileSync(join(before, file), 'utf8');
    expect(text).toMatch(from);
    writeFileSync(join(before, file), text.replace(from, to));
  }

  it('finds nothing between the same templates', () => {
    expect(compare(before, wanted)).toEqual({
      status: 0,
      stdout: 'The stacks are as they shall be.\n',
      stderr: '',
    });
  });

  it('names what is changed, what is lost, and a stack that is made no more', () => {
    change('data.template.json', /"StorageEncrypted": true/, '"StorageEncrypted": false');
    change('observability.template.json', /"Threshold": \d+/, '"Threshold": 12345');
    change('manifest.json', /"web": \{/, '"former": {');
    const { status, stdout } = compare(before, wanted);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}replaced +data\/\w+ {2}AWS::RDS::DBInstance .*HOLDS DATA$/m);
    expect(stdout).toMatch(/^ {2}changed +observability\/\w+ {2}AWS::CloudWatch::Alarm$/m);
    expect(stdout).toMatch(/^web: new, \d+ resources$/m);
    expect(stdout).toMatch(/^former: no longer made, and left as it is$/m);
  });

  it('says what to give where there are no templates', () => {
    const { status, stderr } = compare(join(before, 'absent'), wanted);
    expect(status).toBe(2);
    expect(stderr).toContain('cdk synth');
    expect(compare(before)).toMatchObject({ status: 2, stdout: '' });
  });
});
