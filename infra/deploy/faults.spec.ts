import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAssembly } from './assembly.ts';
import { APPROVAL, migrationScript, scriptedStage } from './testing/scripted-stage.ts';
import type { Ended, ScriptedStage } from './testing/scripted-stage.ts';
import { Refusal } from './testing/scripted-aws.ts';

const DEV = ['--stage', 'dev', '--skip-smoke', '--approve', APPROVAL];

/** A stage whose stacks are all there, in these states, and whose toolkits are. */
async function deployedStage(
  options: Parameters<typeof scriptedStage>[0] = {},
  statuses: Readonly<Record<string, string>> = {},
): Promise<ScriptedStage> {
  const stage = await scriptedStage(options);
  const { cloudFormation } = stage.account;
  for (const region of ['eu-central-1', 'us-east-1']) cloudFormation.put('CDKToolkit', region, {});
  const release = stage.release();
  const digest = stage.account.push(release);
  for (const { id, name, region, template } of readAssembly(stage.assemblyFor(digest)).stacks) {
    cloudFormation.put(name, region, template, statuses[id]);
  }
  return stage;
}

/** Exit code, and what was said. */
const textOf = ({ code, said }: Ended) => `${code}: ${said}`;

describe('npm run deploy', () => {
  it('says that credentials have expired, and what to do', async () => {
    const { run, account } = await scriptedStage();
    account.aws.refuseAll = new Refusal(403, 'ExpiredToken', 'The security token is expired');

    const { code, said } = await run(...DEV);

    expect(code).toBe(5);
    expect(said).toMatch(/^The AWS credentials have expired\..*aws sso login.*run this again/);
  });

  it('says that AWS does not know the credentials, and that a right is missing', async () => {
    const { run, account } = await scriptedStage();
    account.aws.refuseAll = new Refusal(403, 'InvalidClientTokenId', 'The token is invalid');
    expect(textOf(await run(...DEV))).toMatch(/^5: AWS does not know/);
    account.aws.refuseAll = new Refusal(403, 'AccessDenied', 'not authorized to perform: x');
    expect(textOf(await run(...DEV))).toMatch(/^5: A right is missing: .*x/);
  });

  it('leaves a stack alone that somebody else works on', async () => {
    const { run, account } = await deployedStage({}, { data: 'UPDATE_IN_PROGRESS' });
    account.cloudFormation.stack('ordercast-dev-data').next = 'UPDATE_IN_PROGRESS';

    const { code, said } = await run(...DEV);

    expect(code).toBe(6);
    expect(said).toMatch(
      /at work on the stack ordercast-dev-data in eu-central-1 for somebody else/,
    );
    expect(account.aws.changes).toEqual([]);
  });

  it('says how a stack is freed that is stuck', async () => {
    const { run, account } = await deployedStage({}, { data: 'UPDATE_ROLLBACK_FAILED' });

    const { code, said } = await run(...DEV);

    expect(code).toBe(1);
    expect(said).toMatch(
      /aws cloudformation continue-update-rollback --stack-name ordercast-dev-data/,
    );
    expect(account.aws.changes).toEqual([]);
  });

  it('makes a stack anew whose first deployment failed', async () => {
    const { run, account } = await deployedStage({}, { firewall: 'ROLLBACK_COMPLETE' });

    const { code, said } = await run(...DEV);

    expect({ code, said }).toEqual({ code: 0, said });
    expect(account.cloudFormation.stack('ordercast-dev-firewall', 'us-east-1').status).toBe(
      'CREATE_COMPLETE',
    );
  });

  it('names the first thing that failed in a stack, not what was cancelled because of it', async () => {
    const { run, account } = await deployedStage();
    const stack = account.cloudFormation.stack('ordercast-dev-data');
    stack.template = stack.template.replace('Data and secrets', 'Former data and secrets');
    const reason = 'Cannot find version 16.00 for sqlserver-ex';
    account.cloudFormation.failures.set('ordercast-dev-data', {
      resource: 'DatabaseInstance',
      reason,
      status: 'UPDATE_ROLLBACK_COMPLETE',
    });

    const { code, said } = await run(...DEV);

    expect(code).toBe(1);
    expect(said).toContain(
      `(UPDATE_ROLLBACK_COMPLETE). The first thing that failed is DatabaseInstance (AWS::RDS::DBInstance): ${reason}`,
    );
    expect(said).toMatch(/run this again/);
    // And again it goes on from there.
    expect((await run(...DEV)).code).toBe(0);
  });

  it('sees that services went back to what they ran, though CloudFormation says that all is well', async () => {
    const { run, account } = await deployedStage();
    const [service] = account.services();
    account.ecs.takenBack.set(
      service ?? '',
      'arn:aws:ecs:eu-central-1:123456789012:task-definition/former:1',
    );

    const { code, said } = await run(...DEV);

    expect(code).toBe(1);
    expect(said).toMatch(/they run what they ran before/);
    expect(said).toMatch(/tasks failed container health checks/);
  });

  it('stops before migrations that nobody has approved, and says the command that goes on', async () => {
    const { run, account } = await deployedStage();

    const { code, said } = await run('--stage', 'dev', '--skip-smoke');

    expect(code).toBe(3);
    expect(said).toContain('CREATE TABLE orders');
    expect(said).toContain(`npm run deploy -- --stage dev --approve ${APPROVAL}`);
    expect(account.aws.changes).not.toContain('ecs RunTask up');
  });

  it('takes no approval of other migrations', async () => {
    const { run, account } = await deployedStage();

    const { code, said } = await run('--stage', 'dev', '--skip-smoke', '--approve', 'b'.repeat(64));

    expect(code).toBe(3);
    expect(said).toMatch(/--approve b+ is for other migrations/);
    expect(account.aws.changes).not.toContain('ecs RunTask up');
  });

  it('says why a task could not run, and that another migrates', async () => {
    const script = migrationScript();
    const image = await deployedStage({
      script: (task) =>
        task.name === 'bootstrap'
          ? { lines: [], reason: 'CannotPullContainerError: not found' }
          : script(task),
    });
    expect(textOf(await image.run(...DEV))).toMatch(/^1: [^]*bootstrap did not run: CannotPull/);
    const locked = await deployedStage({
      script: (task) =>
        task.command.includes('plan')
          ? { exitCode: 6, lines: ['somebody migrates'] }
          : script(task),
    });
    expect(textOf(await locked.run(...DEV))).toMatch(/^6: [^]*somebody migrates/);
  });

  it('leaves the database as it is for a roll-back', async () => {
    const { run, account } = await deployedStage();

    expect((await run('--stage', 'dev', '--skip-smoke', '--skip-migrations')).code).toBe(0);

    expect(account.ecs.tasks).toEqual([]);
  });

  it('deploys no changes that are in no commit, unless it is told to', async () => {
    const { run, account, root } = await deployedStage();
    writeFileSync(join(root, 'new.ts'), 'export {}');

    expect(textOf(await run(...DEV))).toMatch(/^2: [^]*\?\? new\.ts\n.*--allow-dirty/);
    expect(account.aws.changes).toEqual([]);
    expect((await run(...DEV, '--allow-dirty')).code).toBe(0);
    expect([...account.images.keys()].at(-1)).toMatch(/^[0-9a-f]{40}-dirty-[0-9a-f]{12}$/);
  });

  it('shows a plan that would lose a table, changes nothing, and refuses to deploy it, too', async () => {
    const { run, account } = await deployedStage();
    const stack = account.cloudFormation.stack('ordercast-dev-data');
    stack.template = stack.template.replace('ordercast-dev-connections', 'ordercast-dev-former');
    const table = [...stack.resources.keys()].find((id) => id.startsWith('TablesConnections'));

    for (const args of [['--stage', 'dev', '--plan'], DEV]) {
      const { code, said } = await run(...args);
      expect({ code, said }).toMatchObject({ code: 4 });
      expect(said).toContain(`--replace data/${table}`);
    }
    expect(account.aws.changes).toEqual([]);
    const named = await run(...DEV, '--replace', `data/${table}`);
    expect({ code: named.code, said: named.said }).toMatchObject({ code: 0 });
  });
});
