import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ownEnvironment } from '@ordercast/platform/testing/own-environment.ts';
import {
  AdminListGroupsForUserCommand,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { POOL_ID, startTestCognito } from '../../../emulators/cognito/testing/test-cognito.ts';
import { followChild } from '../../../platform/testing/child-process.ts';
import { inject, onTestFinished } from 'vitest';
import { prepareAssembly } from './prepared-assembly.ts';
import { makeSmallProject } from './small-project.ts';
import { ScriptedAccount } from './scripted-account.ts';
import type { RunScript } from './scripted-ecs.ts';

/** Of the migrations that wait. */
export const APPROVAL = 'a'.repeat(64);

export interface Ended {
  code: number | null;
  lines: readonly string[];
  said: string;
}

/** An account, a project, and the command as a process of its own that can be killed. */
export interface ScriptedStage {
  account: ScriptedAccount;
  run: (...args: string[]) => Promise<Ended>;
  /** Kills whatever runs now, with all that it started. */
  kill: () => void;
  state: () => Promise<unknown>;
  root: string;
  /** The commit that is checked out. */
  release: () => string;
  /** Folder of templates that run this image. */
  assemblyFor: (image: string) => string;
}

/** Migrations that are pending until they were applied. */
export function migrationScript(): RunScript {
  let isPending = true;
  return ({ name, command }) => {
    if (name === 'bootstrap') return { lines: ['The database ordercast is there'] };
    if (command.includes('up')) {
      isPending = false;
      return { lines: ['Applied 1: 20260101000000_orders.ts'] };
    }
    return {
      lines: isPending
        ? [
            '-- Ordercast, up: 20260101000000_orders.ts',
            `-- Approval: ${APPROVAL}`,
            'CREATE TABLE orders',
            'GO',
          ]
        : ['-- Ordercast, up: nothing to do'],
    };
  };
}

export async function scriptedStage({
  script = migrationScript(),
  program = 'deploy-process.ts',
}: { script?: RunScript; program?: string } = {}): Promise<ScriptedStage> {
  const home = mkdtempSync(join(tmpdir(), 'ordercast-deploy-'));
  const { root, bin } = makeSmallProject(home);
  const cognito = await startTestCognito({ users: [] });
  const account = new ScriptedAccount({
    cognito: { endpoint: cognito.endpoint, poolId: POOL_ID },
    script,
  });
  const url = await account.start();
  onTestFinished(async () => {
    await account.stop();
    await cognito.stop();
    rmSync(home, { recursive: true, force: true });
  });
  const env = {
    ...ownEnvironment(),
    PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: home,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIA0000000000000000',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    REGISTRY: url,
    PROJECT: root,
    ASSEMBLY: inject('assemblies').dev,
    WORK: home,
  };
  let kill = () => undefined;
  return {
    account,
    root,
    release: () =>
      spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim(),
    assemblyFor(image) {
      const folder = mkdtempSync(join(home, 'assembly-'));
      prepareAssembly(env.ASSEMBLY, folder, image);
      return folder;
    },
    kill: () => kill(),
    async run(...args) {
      const file = join(import.meta.dirname, program);
      // A group of its own, so that what it has started dies with it.
      const child = spawn(process.execPath, [file, ...args], {
        env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const { pid = 0 } = child;
      kill = () => void process.kill(-pid, 'SIGKILL');
      const { ended, lines } = followChild(child, () => undefined);
      const { code } = await ended;
      return { code, lines, said: lines.join('\n') };
    },
    state: () =>
      account.state(async () => {
        const { Users = [] } = await cognito.sdk.send(
          new ListUsersCommand({ UserPoolId: POOL_ID }),
        );
        const people = Users.map(async ({ Username = '', Enabled, Attributes = [] }) => {
          const of = { UserPoolId: POOL_ID, Username };
          const { Groups = [] } = await cognito.sdk.send(new AdminListGroupsForUserCommand(of));
          const email = Attributes.find(({ Name }) => Name === 'email')?.Value;
          return { email, isEnabled: Enabled, groups: Groups.map(({ GroupName }) => GroupName) };
        });
        return Promise.all(people);
      }),
  };
}
