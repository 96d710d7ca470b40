import type { Deployment } from './deployment.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';
import { followTask, recentTasks, startTask, taskFailure } from './task.ts';
import type { TaskEnd } from './task.ts';

const PLAN = 'ordercast-deploy-plan';
const UP = 'ordercast-deploy-up';
/** Exit codes of `migrations/main.ts`, as docs/dba.md lists them. */
const LOCKED = 6;

/** Asks whoever sits at the terminal; undefined where nobody does. */
export type Ask = (question: string) => Promise<string>;

interface Approval {
  /** What `--approve` said. */
  given: string | undefined;
  ask: Ask | undefined;
}

/** What a plan of migrations prints. */
export interface MigrationPlan {
  /** SHA-256 of what is pending; undefined where nothing is. */
  approval: string | undefined;
}

/** Reads the opening lines of a plan; undefined where they are not there (yet). */
export function readMigrationPlan(lines: readonly string[]): MigrationPlan | undefined {
  const title = lines.findIndex((line) => line.startsWith('-- Ordercast, up: '));
  if (title < 0) return undefined;
  if (lines[title] === '-- Ordercast, up: nothing to do') return { approval: undefined };
  const [, approval] = /^-- Approval: ([0-9a-f]{64})$/.exec(lines[title + 1] ?? '') ?? [];
  return approval === undefined ? undefined : { approval };
}

/** Plans what is pending, has somebody approve it by its hash, and runs exactly that. */
export function migrateStep(deployment: Deployment, approval: Approval): Step {
  let plan: { approval: string; text: string } | undefined;
  return {
    name: 'migrations',
    async done() {
      await followRunning(deployment);
      const { lines, approval: hash } = await planned(deployment);
      if (hash === undefined) return 'nothing is pending';
      plan = { approval: hash, text: lines.join('\n') };
      return undefined;
    },
    async run() {
      if (plan === undefined) throw new Error('It was not asked whether there is something to do.');
      await approved(deployment, plan, approval);
      const arn = await startTask(deployment, {
        name: 'migrate',
        args: ['up', '--approved', plan.approval],
        startedBy: UP,
      });
      await finished(deployment, arn);
      return 'applied';
    },
  };
}

/** A deployment that was cut off may have left one at work: another one would only wait for its lock. */
async function followRunning(deployment: Deployment): Promise<void> {
  const running = (await recentTasks(deployment, 'migrate')).find(
    ({ startedBy, lastStatus }) => startedBy === UP && lastStatus !== 'STOPPED',
  );
  if (running?.taskArn === undefined) return;
  deployment.say('    Migrations that a deployment began, which was cut off, are still at work');
  await finished(deployment, running.taskArn);
}

async function finished(deployment: Deployment, arn: string): Promise<void> {
  const onLine = (line: string) => deployment.say(`    ${line}`);
  assertDone(await followTask(deployment, { name: 'migrate', arn, onLine }));
}

async function planned(deployment: Deployment) {
  const arn = await startTask(deployment, { name: 'migrate', args: ['plan'], startedBy: PLAN });
  const until = (lines: readonly string[]) => readMigrationPlan(lines) !== undefined;
  const end = await followTask(deployment, { name: 'migrate', arn, until });
  assertDone(end);
  const plan = readMigrationPlan(end.lines);
  if (plan !== undefined) return { lines: end.lines, ...plan };
  throw new Stopped(
    EXIT.failed,
    'The plan of the migrations did not reach the log. Run this again.',
  );
}

function assertDone(end: TaskEnd): void {
  if (end.exitCode === 0) return;
  throw new Stopped(
    end.exitCode === LOCKED ? EXIT.busy : EXIT.failed,
    `${taskFailure('migrate', end)}\nThe exit codes and what to do stand in docs/dba.md. To deploy older code on a newer database, add --skip-migrations.`,
  );
}

async function approved(
  { settings, say }: Deployment,
  plan: { approval: string; text: string },
  { given, ask }: Approval,
): Promise<void> {
  if (given === plan.approval) return;
  say(plan.text);
  const command = `npm run deploy -- --stage ${settings.stage} --approve ${plan.approval}`;
  const wrong =
    given === undefined
      ? ''
      : `--approve ${given} is for other migrations than those that are pending. `;
  if (given === undefined && ask !== undefined) {
    const answer = await ask(
      `These migrations will run on ${settings.stage}. Type the first eight digits of their approval, ${plan.approval.slice(0, 8)}, to run them: `,
    );
    if (answer === plan.approval.slice(0, 8)) return;
  }
  throw new Stopped(
    EXIT.approval,
    `${wrong}The migrations above wait for approval; the services run on as they were. Once somebody has read them:\n  ${command}`,
  );
}
