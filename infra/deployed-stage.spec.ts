import { hasMoto, startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { deploy } from './testing/moto/deploy.ts';
import type { DeployedResource } from './testing/moto/deploy.ts';
import { Endings } from './testing/moto/endings.ts';
import { functionsOf, programsOf } from './testing/moto/deployed-stage.ts';
import { MAKERS } from './testing/moto/makers/makers.ts';
import { PASSED_OVER } from './testing/moto/not-made.ts';
import { readSecret } from './testing/moto/deployed-secret.ts';
import { openAccount } from './testing/moto/stand-in-account.ts';
import type { Account } from './testing/moto/stand-in-account.ts';
import { textOf } from './testing/moto/template-value.ts';
import { stageByName } from './settings/stages.ts';

const familiesSchema = z.object({ taskDefinitionArns: z.array(z.string()) });
const redriveSchema = z.object({ deadLetterTargetArn: z.string() });
const messagesSchema = z.object({
  Messages: z.array(z.object({ Body: z.string(), ReceiptHandle: z.string() })).default([]),
});

describe.skipIf(!hasMoto())('a stage as moto keeps it (skipped without moto_server)', () => {
  const assembly = inject('assemblies').dev;
  const endings = new Endings();
  let resources: DeployedResource[];
  let account: Account;
  beforeAll(async () => {
    const moto = await startMotoServer();
    endings.add(moto.close);
    resources = await deploy(assembly, moto.endpoint);
    account = openAccount(moto.endpoint, stageByName('dev').region);
    endings.add(account.close);
  });
  afterAll(() => endings.all());

  /** Every container and function, by its name, with the variables that it is given. */
  async function everyProgram() {
    const { whole } = await account.call('ecs', 'listTaskDefinitions', {});
    const { taskDefinitionArns } = familiesSchema.parse(whole);
    const programs = (
      await Promise.all(taskDefinitionArns.map((arn) => programsOf(account, arn)))
    ).flat();
    const functions = await functionsOf(account, assembly);
    return [...programs, ...functions.map((one) => ({ ...one, secrets: {} }))];
  }

  it('has every type of resource made, but for those that are passed over by name', () => {
    const types = [...new Set(resources.map(({ type }) => type))];
    expect(PASSED_OVER.filter((type) => !types.includes(type))).toEqual([]);
    expect(types.filter((type) => !(type in MAKERS) && !PASSED_OVER.includes(type))).toEqual([]);
  });

  it('has six tasks and eleven functions, each with a code and a command', async () => {
    const names = (await everyProgram()).map(({ name }) => name);
    expect(names.sort()).toEqual([
      'api',
      'bootstrap',
      'migrate',
      'ordercast-dev-access-ended',
      'ordercast-dev-authorizer',
      'ordercast-dev-connect',
      'ordercast-dev-disconnect',
      'ordercast-dev-message',
      'ordercast-dev-reaper',
      'ordercast-dev-reports-api',
      'ordercast-dev-reports-keep',
      'ordercast-dev-reports-mail-events',
      'ordercast-dev-reports-run',
      'ordercast-dev-rotation',
      'relay',
      'reports',
      'worker',
    ]);
  });

  it('has every secret that a variable names, with the field that is asked for', async () => {
    const named = (await everyProgram()).flatMap(({ name, variables, secrets }) => [
      ...Object.entries(variables)
        .filter(([variable]) => variable.endsWith('_SECRET_ID'))
        .map(([variable, arn]) => ({ name, variable, arn, field: undefined })),
      ...Object.entries(secrets).map(([variable, reference]) => {
        const [, arn = '', field = ''] = /^(arn:.+?):(\w+)::$/.exec(reference) ?? [];
        return { name, variable, arn, field };
      }),
    ]);
    expect(named.map(({ name, variable }) => `${name} ${variable}`).sort()).toEqual([
      'api DATABASE_SECRET_ID',
      'api GATEWAY_SECRET_ID',
      'bootstrap APP_PASSWORD',
      'bootstrap DATABASE_SECRET_ID',
      'bootstrap MIGRATOR_PASSWORD',
      'bootstrap REPORTS_PASSWORD',
      'migrate DATABASE_SECRET_ID',
      ...['api', 'keep', 'mail-events', 'run'].flatMap((handler) => [
        `ordercast-dev-reports-${handler} DATABASE_SECRET_ID`,
        `ordercast-dev-reports-${handler} REPORTS_LINK_SECRET_ID`,
      ]),
      'relay DATABASE_SECRET_ID',
      'reports DATABASE_SECRET_ID',
      'reports REPORTS_LINK_SECRET_ID',
    ]);
    for (const { arn, field } of named) {
      const secret = await readSecret(account, arn);
      if (field !== undefined) expect(secret).toHaveProperty(field, expect.any(String));
    }
  });

  it('has login secrets that say where the database is, and whose secret may change them', async () => {
    const database = resources.find(({ type }) => type === 'AWS::RDS::DBInstance');
    const address = database?.attributes?.['Endpoint.Address'];
    for (const role of ['app', 'migrator', 'reports']) {
      const [secret] = resources.filter(
        ({ type, properties }) =>
          type === 'AWS::SecretsManager::Secret' &&
          textOf(properties['Description'], 'Description').startsWith(`The login of ${role} `),
      );
      const login = await readSecret(account, secret?.ref ?? '');
      expect(login).toMatchObject({ host: address, port: 1433, ssl: true, dbname: 'ordercast' });
      const { masterarn } = z.object({ masterarn: z.string() }).parse(login);
      expect(await readSecret(account, masterarn)).toMatchObject({ host: address, ssl: true });
    }
  });

  it('puts a broadcast aside that nobody could deliver ten times', async () => {
    const [relay] = await programsOf(account, 'ordercast-dev-relay');
    const QueueUrl = relay?.variables['BROADCAST_QUEUE_URL'];
    const redrive = await account.call('sqs', 'getQueueAttributes', {
      QueueUrl,
      AttributeNames: ['RedrivePolicy'],
    });
    const policy = redriveSchema.parse(JSON.parse(redrive.text('Attributes.RedrivePolicy')));
    const QueueName = policy.deadLetterTargetArn.split(':').at(-1);
    const dead = (await account.call('sqs', 'getQueueUrl', { QueueName })).text('QueueUrl');
    const take = async (url: string | undefined) => {
      const input = { QueueUrl: url, VisibilityTimeout: 0, MaxNumberOfMessages: 1 };
      const { whole } = await account.call('sqs', 'receiveMessage', input);
      return messagesSchema.parse(whole).Messages.map(({ Body }) => Body);
    };
    await account.call('sqs', 'sendMessage', { QueueUrl, MessageBody: 'malformed' });
    for (let receives = 0; receives < 10; receives += 1) {
      expect(await take(QueueUrl)).toEqual(['malformed']);
    }
    expect(await take(QueueUrl)).toEqual([]);
    expect(await take(dead)).toEqual(['malformed']);
  });
});
