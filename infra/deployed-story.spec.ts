import { resolve } from 'node:path';
import { ANNOUNCEMENTS_CHANNEL } from '@ordercast/contract/channel.ts';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { hasMoto, startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { SQLSERVER_URL } from '@ordercast/platform/testing/sql-server.ts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { stageByName } from './settings/stages.ts';
import { deploy } from './testing/moto/deploy.ts';
import type { DeployedResource } from './testing/moto/deploy.ts';
import { Endings } from './testing/moto/endings.ts';
import { readSecret, rotateSecret } from './testing/moto/deployed-secret.ts';
import { programsOf } from './testing/moto/deployed-stage.ts';
import { refOf, startStage } from './testing/moto/running-stage.ts';
import type { RunningStage } from './testing/moto/running-stage.ts';
import { serverDatabase } from './testing/moto/server-database.ts';
import { sqliteDatabase } from './testing/moto/stage-database.ts';
import type { StageDatabase } from './testing/moto/stage-database.ts';
import { signIn } from './testing/moto/stage-person.ts';
import { openAccount } from './testing/moto/stand-in-account.ts';
import type { Account } from './testing/moto/stand-in-account.ts';

const SMOKE = resolve(import.meta.dirname, '../e2e/smoke/main.ts');
const PASSWORD = 'A-password-of-the-test-1';
const person = (number: number, name: string, ...groups: string[]) => ({
  sub: `6f1d5f0a-0c3e-4f5b-9a51-00000000000${number}`,
  email: `${name}@example.com`,
  name,
  groups,
  password: PASSWORD,
});
const ADA = person(1, 'ada');
const SAM = person(2, 'sam', 'staff');
const ALEX = person(3, 'alex', 'admins');

const rulesSchema = z.object({
  Rules: z.array(z.object({ Name: z.string(), EventPattern: z.string().optional() })),
});
const targetsSchema = z.object({ Targets: z.tuple([z.object({ Arn: z.string() })]) });

/** The whole story over a stage that was deployed to moto, on a database of that kind. */
function describeStory(openDatabase: () => Promise<StageDatabase>, { rotatesLogins = false }) {
  const endings = new Endings();
  let resources: DeployedResource[];
  let account: Account;
  let database: StageDatabase;
  let stage: RunningStage;
  beforeAll(async () => {
    const { dev: assembly } = inject('assemblies');
    const moto = await startMotoServer();
    endings.add(moto.close);
    resources = await deploy(assembly, moto.endpoint);
    account = openAccount(moto.endpoint, stageByName('dev').region);
    endings.add(account.close);
    database = await openDatabase();
    endings.add(database.close);
    stage = await startStage({
      ...{ assembly, resources, account, aws: moto.endpoint },
      ...{ users: [ADA, SAM, ALEX], password: PASSWORD },
      ...database,
    });
    endings.add(stage.close);
  });
  afterAll(() => endings.all());

  const signInAs = (one: typeof ADA) =>
    signIn(stage, refOf(resources, 'AWS::Cognito::UserPoolClient'), one);

  /** The secret that a variable of a task names. */
  async function secretOf(family: string, variable: string): Promise<string> {
    const [program] = await programsOf(account, family);
    return program?.variables[variable] ?? '';
  }

  /** Calls the one target of the rule that takes what `isMeant` is told of its pattern. */
  async function callTargetOf(
    isMeant: (pattern: string | undefined) => boolean,
    event: unknown,
  ): Promise<unknown> {
    const { Rules } = rulesSchema.parse((await account.call('events', 'listRules', {})).whole);
    const [rule] = Rules.filter(({ EventPattern }) => isMeant(EventPattern));
    const { whole } = await account.call('events', 'listTargetsByRule', { Rule: rule?.Name });
    return stage.functionBy(targetsSchema.parse(whole).Targets[0].Arn).invoke(event);
  }

  it('npm run smoke tells its whole story, while secrets are rotated in the middle of it', async () => {
    const gateway = await secretOf('ordercast-dev-api', 'GATEWAY_SECRET_ID');
    const app = await secretOf('ordercast-dev-api', 'DATABASE_SECRET_ID');
    const { newest } = z
      .looseObject({ newest: z.string() })
      .parse(await readSecret(account, gateway));
    const firstLogin = await readSecret(account, app);
    let rotating: Promise<void> | undefined;
    const rotate = async () => {
      await rotateSecret(account, stage.functionBy, gateway);
      // Twice, after which the password with which the programs have begun opens nothing any more.
      for (let turn = 0; rotatesLogins && turn < 2; turn += 1) {
        await rotateSecret(account, stage.functionBy, app);
        database.cut();
      }
    };
    stage.beforeRequest((_method, path) => {
      if (path.endsWith('/transitions')) rotating ??= rotate();
      return rotating ?? Promise.resolve();
    });
    const smoke = startChild(
      SMOKE,
      { SMOKE_CUSTOMER_PASSWORD: PASSWORD, SMOKE_STAFF_PASSWORD: PASSWORD },
      ['--url', stage.url, '--step-seconds', '120'],
    );
    const { code } = await smoke.ended;
    const logs = stage.tasks.flatMap(({ name, child }) =>
      child.lines.map((line) => `${name} ${line}`),
    );
    expect(code, [...smoke.lines, ...logs].join('\n')).toBe(0);
    expect(rotating).toBeDefined();
    expect(await readSecret(account, gateway)).toMatchObject({ previous: newest });
    if (!rotatesLogins) return;
    const { username, password } = z.looseObject({}).parse(firstLogin);
    const nowLogin = await readSecret(account, app);
    expect(nowLogin).toMatchObject({ username });
    expect(nowLogin).not.toMatchObject({ password });
  });

  it('an announcement goes through the queue and a worker to everybody', async () => {
    const [ada, alex] = [await signInAs(ADA), await signInAs(ALEX)];
    const following = await ada.follow(ANNOUNCEMENTS_CHANNEL);
    const answer = await alex.call('POST', '/announcements', { text: 'Closed on Monday' });
    expect(answer.status).toBe(201);
    await expect
      .poll(() => following.events.map(({ data }) => data))
      .toEqual([expect.objectContaining({ text: 'Closed on Monday' })]);
    following.close();
  });

  it('nobody passes without a token, and nothing reaches the order API past its gateway', async () => {
    const ada = await signInAs(ADA);
    expect((await ada.call('GET', '/me')).status).toBe(200);
    expect((await fetch(`${stage.apiUrl}/me`)).status).toBe(401);
    expect((await fetch(`${stage.apiUrl}/health/ready`)).status).toBe(200);
    const past = await fetch(`${stage.orderApi}/me`, { headers: ada.headers });
    expect(past.status).toBe(403);
  });

  it('a call of Cognito after which nothing may be open any more ends connections, by its rule', async () => {
    const ada = await signInAs(ADA);
    const socket = new WebSocket(stage.realtimeUrl, ['ordercast.v1', `bearer.${ada.token}`]);
    await new Promise((opened, refused) => {
      socket.addEventListener('open', opened);
      socket.addEventListener('error', refused);
    });
    const closed = new Promise((ended) => socket.addEventListener('close', ended));
    const event = {
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.cognito-idp',
      detail: {
        eventSource: 'cognito-idp.amazonaws.com',
        eventName: 'GlobalSignOut',
        eventTime: new Date(realTimeMs()).toISOString(),
        additionalEventData: { sub: ada.sub },
      },
    };
    await callTargetOf((pattern) => pattern?.includes('"GlobalSignOut"') === true, event);
    await closed;
  });

  it('the schedule calls what ends connections whose tokens have expired', async () => {
    expect(await callTargetOf((pattern) => pattern === undefined, {})).toBe(0);
  });

  it('connections that have ended leave nothing in the tables', async () => {
    const rows = async (table: string) => {
      const input = { TableName: `ordercast-dev-${table}`, Select: 'COUNT' };
      const { whole } = await account.call('dynamodb', 'scan', input);
      return z.object({ Count: z.number() }).parse(whole).Count;
    };
    expect(await rows('channel-log')).toBeGreaterThan(0);
    await expect.poll(() => rows('connections')).toBe(0);
  });

  it('every task ends with 0 when it is told to', async () => {
    for (const { child } of stage.tasks) child.kill('SIGTERM');
    for (const { name, child } of stage.tasks) {
      expect({ name, ...(await child.ended) }).toEqual({ name, code: 0, signal: null });
    }
  });
}

describe.skipIf(!hasMoto())('what is deployed to moto (skipped without moto_server)', () => {
  describe('over SQLite', () => describeStory(() => Promise.resolve(sqliteDatabase()), {}));

  const server = SQLSERVER_URL?.includes('ca=') === true ? SQLSERVER_URL : undefined;
  describe.skipIf(server === undefined)(
    'over the server of SQLSERVER_URL (skipped unless that names one, and its authority by ca=<file>)',
    () => describeStory(() => serverDatabase(server ?? ''), { rotatesLogins: true }),
  );
});
