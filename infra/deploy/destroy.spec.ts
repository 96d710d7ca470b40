import { describe, expect, inject, it } from 'vitest';
import { readAssembly } from './assembly.ts';
import { STACKS } from './deploy-steps.ts';
import { scriptedStage } from './testing/scripted-stage.ts';
import type { Ended } from './testing/scripted-stage.ts';

/** Of `dev`, which no workflow deploys. */
const STACKS_OF_DEV = STACKS.filter((id) => id !== 'pipeline');
const DEV = ['--stage', 'dev', '--yes-destroy', 'dev'];
const PROD = ['--stage', 'prod', '--yes-destroy', 'prod'];

async function deployed(name: 'dev' | 'prod') {
  const stage = await scriptedStage({ program: 'destroy-process.ts' });
  const { cloudFormation, objects } = stage.account;
  for (const { name: stack, region, template, terminationProtection } of readAssembly(
    inject('assemblies')[name],
  ).stacks) {
    const put = cloudFormation.put(stack, region, template);
    put.terminationProtection = terminationProtection;
    for (const { type, id } of put.resources.values()) {
      if (type === 'AWS::S3::Bucket') objects.set(`/${id}/2026/log`, Buffer.from('a line'));
    }
  }
  const left = () =>
    [...cloudFormation.stacks.values()]
      .filter(({ status }) => status !== 'DELETE_COMPLETE')
      .map((one) => one.name.split('-').at(-1));
  return { ...stage, left };
}

/** Exit code, and what was said. */
const textOf = ({ code, said }: Ended) => `${code}: ${said}`;

describe('npm run destroy', () => {
  it('deletes a stage, last stack first, empties its buckets, and says what stays', async () => {
    const { run, left, account } = await deployed('dev');

    const { code, said } = await run(...DEV);

    expect({ code, said }).toEqual({ code: 0, said });
    expect(account.aws.unknown).toEqual([]);
    expect(left()).toEqual([]);
    const deleted = account.aws.changes.flatMap((change) =>
      change.startsWith('cloudformation DeleteStack') ? [change.split('-').at(-1)] : [],
    );
    expect(deleted).toEqual(STACKS_OF_DEV.toReversed());
    expect(said).toMatch(/goes, a last snapshot of it stays {2}AWS::RDS::DBInstance/);
    expect(said).toMatch(/What is left of dev[^]*last snapshot of the database/);
    expect(said).toMatch(/key is deleted in 30 days/);
  });

  it('killed after each thing that it changes, and run again, it ends the same', async () => {
    const { run, kill, left, account } = await deployed('dev');
    const kills: string[] = [];
    for (;;) {
      const at = (change: string) => !kills.includes(change);
      account.aws.crash = { at, when: 'after', crash: kill };
      const { code, said } = await run(...DEV);
      if (code === 0) break;
      expect({ code, said }).toEqual({ code: null, said });
      kills.push(account.aws.changes.at(-1) ?? '');
    }

    expect(left()).toEqual([]);
    expect(kills.length).toBeGreaterThan(STACKS_OF_DEV.length);
    expect(new Set(account.aws.changes).size).toBe(account.aws.changes.length);
  });

  it('has nothing to delete and to ask where nothing is', async () => {
    const { run, account } = await scriptedStage({ program: 'destroy-process.ts' });

    expect(textOf(await run('--stage', 'dev'))).toMatch(/^0: [^]*There is nothing to delete\./);
    expect(account.aws.changes).toEqual([]);
  });

  it('deletes nothing that nobody has confirmed', async () => {
    const { run, account } = await deployed('dev');

    expect(textOf(await run('--stage', 'dev'))).toMatch(
      /^4: [^]*Nothing was deleted.*--yes-destroy dev/,
    );
    expect((await run('--stage', 'dev', '--yes-destroy', 'prod')).code).toBe(2);
    expect((await run(...DEV, '--end-protection')).code).toBe(2);
    expect((await run(...PROD)).code).toBe(4);
    expect(account.aws.changes).toEqual([]);
  });

  it('leaves what holds the data of a stage that keeps it', async () => {
    const { run, left, account } = await deployed('prod');

    const { code, said } = await run(...PROD, '--end-protection');

    expect({ code, said }).toEqual({ code: 0, said });
    expect(left()).toEqual(expect.arrayContaining(['images', 'network', 'data', 'identity']));
    expect(left()).toHaveLength(4);
    for (const id of ['images', 'network', 'data', 'identity']) {
      expect(account.cloudFormation.stack(`ordercast-prod-${id}`).terminationProtection).toBe(true);
    }
    expect(said).toMatch(/AWS::S3::Bucket {2}ordercast-prod-realtime-/);
  });

  it('does not delete what somebody else is deploying', async () => {
    const { run, account } = await deployed('dev');
    const stack = account.cloudFormation.stack('ordercast-dev-observability');
    stack.status = 'UPDATE_IN_PROGRESS';
    stack.next = 'UPDATE_IN_PROGRESS';

    expect((await run(...DEV)).code).toBe(6);
    expect(account.aws.changes).toEqual([]);
  });
});
