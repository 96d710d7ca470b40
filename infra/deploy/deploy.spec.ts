import { expect, it } from 'vitest';
import { APPROVAL, scriptedStage } from './testing/scripted-stage.ts';
import type { ScriptedStage } from './testing/scripted-stage.ts';

const ADMINISTRATOR = 'alex@example.org';
const ALL = ['--stage', 'dev', '--approve', APPROVAL, '--administrator', ADMINISTRATOR];

const count = ({ account }: ScriptedStage, change: string) =>
  account.aws.changes.filter((one) => one === change).length;

/** Uploads are repeated as they are, and a change set that nobody executes changes nothing. */
const counts = (change: string) => !/^s3 |CreateChangeSet/.test(change);

/** Deploys from nothing; each time it has changed one thing more it is killed, and begun again. Answers after what. */
async function killedAfterEveryChange({ account, run, kill }: ScriptedStage): Promise<string[]> {
  const kills: string[] = [];
  account.cloudFormation.lingers = true;
  for (;;) {
    // What is done at each deployment, such as the page, would be met again and again.
    const at = (change: string) => counts(change) && !kills.includes(change);
    account.aws.crash = { at, when: 'after', crash: kill };
    const { code, said } = await run(...ALL);
    if (code === 0) return kills;
    expect({ code, said }).toEqual({ code: null, said });
    kills.push(account.aws.changes.at(-1) ?? '');
  }
}

/** What became of a step. */
function result(line: string): string[] {
  if (!line.startsWith('[') || line.endsWith(' …')) return [];
  return [line.replace(/ \(\d+ s\)$/, '').replace(/[0-9a-f]{40}/, '<commit>')];
}

it('deploys a stage from an empty account, and its second run has nothing to do but page and smoke test', async () => {
  const stage = await scriptedStage();
  const { run, account } = stage;

  const { code, lines, said } = await run(...ALL);

  expect({ code, said }).toEqual({ code: 0, said });
  expect(account.aws.unknown).toEqual([]);
  expect(lines.flatMap(result)).toMatchInlineSnapshot(`
    [
      "[1/22] CDK toolkit in eu-central-1: made",
      "[2/22] CDK toolkit in us-east-1: made",
      "[3/22] stack images: deployed",
      "[4/22] image: built by docker and pushed as <commit>",
      "[5/22] templates that name the image by its digest: made",
      "[6/22] stack network: deployed",
      "[7/22] stack data: deployed",
      "[8/22] stack identity: deployed",
      "[9/22] stack realtime: deployed",
      "[10/22] stack migrations: deployed",
      "[11/22] bootstrap of the database: done",
      "[12/22] migrations: applied",
      "[13/22] stack services: deployed",
      "[14/22] services run this release: they do",
      "[15/22] stack rotation: deployed",
      "[16/22] stack reports: deployed",
      "[17/22] stack web: deployed",
      "[18/22] stack firewall: deployed",
      "[19/22] page: at https://page.example.org",
      "[20/22] stack observability: deployed",
      "[21/22] first administrator: Cognito mails alex@example.org a password that is good for three days",
      "[22/22] smoke test: all of it works",
    ]
  `);
  const before = [...account.aws.changes];
  const again = await run(...ALL);
  expect({ code: again.code, said: again.said }).toEqual({ code: 0, said: again.said });
  expect([...new Set(account.aws.changes.slice(before.length))]).toMatchInlineSnapshot(`
    [
      "ecs RunTask plan",
      "amplify POST /apps/ordercast-dev-web-pageappid/branches/ordercast-dev-web-pagebranch/deployments",
      "upload PUT /upload/<n>",
      "amplify POST /apps/ordercast-dev-web-pageappid/branches/ordercast-dev-web-pagebranch/deployments/start",
      "cognito-idp AdminAddUserToGroup smoke-staff@ordercast.invalid",
      "cognito-idp AdminEnableUser smoke-customer@ordercast.invalid",
      "cognito-idp AdminSetUserPassword smoke-customer@ordercast.invalid",
      "cognito-idp AdminEnableUser smoke-staff@ordercast.invalid",
      "cognito-idp AdminSetUserPassword smoke-staff@ordercast.invalid",
      "cognito-idp AdminDisableUser smoke-customer@ordercast.invalid",
      "cognito-idp AdminDisableUser smoke-staff@ordercast.invalid",
    ]
  `);
});

it(
  'killed after each thing that it changes in AWS, and run again, it ends the same',
  { timeout: 3_600_000 },
  async () => {
    const whole = await scriptedStage();
    expect((await whole.run(...ALL)).code).toBe(0);
    const stage = await scriptedStage();

    const kills = await killedAfterEveryChange(stage);

    expect(stage.account.aws.unknown).toEqual([]);
    expect(await stage.state()).toEqual(await whole.state());
    expect(kills).toMatchInlineSnapshot(`
      [
        "cloudformation ExecuteChangeSet CDKToolkit",
        "cloudformation DeleteChangeSet CDKToolkit",
        "cloudformation ExecuteChangeSet ordercast-dev-images",
        "registry PUT /registry/push",
        "cloudformation ExecuteChangeSet ordercast-dev-network",
        "cloudformation ExecuteChangeSet ordercast-dev-data",
        "cloudformation ExecuteChangeSet ordercast-dev-identity",
        "cloudformation ExecuteChangeSet ordercast-dev-realtime",
        "cloudformation ExecuteChangeSet ordercast-dev-migrations",
        "ecs RunTask",
        "ecs RunTask plan",
        "ecs RunTask up",
        "cloudformation ExecuteChangeSet ordercast-dev-services",
        "cloudformation ExecuteChangeSet ordercast-dev-rotation",
        "cloudformation ExecuteChangeSet ordercast-dev-reports",
        "cloudformation ExecuteChangeSet ordercast-dev-web",
        "cloudformation ExecuteChangeSet ordercast-dev-firewall",
        "amplify POST /apps/ordercast-dev-web-pageappid/branches/ordercast-dev-web-pagebranch/deployments",
        "amplify DELETE /apps/ordercast-dev-web-pageappid/branches/ordercast-dev-web-pagebranch/jobs/<n>/stop",
        "upload PUT /upload/<n>",
        "amplify POST /apps/ordercast-dev-web-pageappid/branches/ordercast-dev-web-pagebranch/deployments/start",
        "cloudformation ExecuteChangeSet ordercast-dev-observability",
        "cognito-idp AdminCreateUser alex@example.org",
        "cognito-idp AdminAddUserToGroup alex@example.org",
        "cognito-idp AdminCreateUser smoke-customer@ordercast.invalid",
        "cognito-idp AdminCreateUser smoke-staff@ordercast.invalid",
        "cognito-idp AdminAddUserToGroup smoke-staff@ordercast.invalid",
        "cognito-idp AdminEnableUser smoke-customer@ordercast.invalid",
        "cognito-idp AdminSetUserPassword smoke-customer@ordercast.invalid",
        "cognito-idp AdminEnableUser smoke-staff@ordercast.invalid",
        "cognito-idp AdminSetUserPassword smoke-staff@ordercast.invalid",
        "cognito-idp AdminDisableUser smoke-customer@ordercast.invalid",
        "cognito-idp AdminDisableUser smoke-staff@ordercast.invalid",
      ]
    `);
    expect(count(stage, 'registry PUT /registry/push')).toBe(1);
    expect(count(stage, 'ecs RunTask up')).toBe(1);
    expect(count(stage, `cognito-idp AdminCreateUser ${ADMINISTRATOR}`)).toBe(1);
  },
);
