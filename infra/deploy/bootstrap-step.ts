import type { Deployment } from './deployment.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';
import { followTask, recentTasks, startTask, taskDefinition, taskFailure } from './task.ts';

const STARTED_BY = 'ordercast-deploy-bootstrap';

/**
 * Makes the database, its logins and their rights. It runs once for each release, since a release may bring a right; what is
 * there it leaves as it is, so another run (ECS forgets a task after an hour) does no harm.
 */
export function bootstrapStep(deployment: Deployment): Step {
  const ofThisRelease = async () => {
    const definition = await taskDefinition(deployment, 'bootstrap');
    const tasks = await recentTasks(deployment, 'bootstrap');
    return tasks.filter(
      ({ startedBy, taskDefinitionArn }) =>
        startedBy === STARTED_BY && taskDefinitionArn === definition,
    );
  };
  return {
    name: 'bootstrap of the database',
    async done() {
      const tasks = await ofThisRelease();
      const isDone = tasks.some(
        ({ lastStatus, containers }) => lastStatus === 'STOPPED' && containers?.[0]?.exitCode === 0,
      );
      return isDone ? 'done for this release' : undefined;
    },
    async run() {
      const running = (await ofThisRelease()).find(({ lastStatus }) => lastStatus !== 'STOPPED');
      const arn =
        running?.taskArn ??
        (await startTask(deployment, { name: 'bootstrap', startedBy: STARTED_BY }));
      const onLine = (line: string) => deployment.say(`    ${line}`);
      const end = await followTask(deployment, { name: 'bootstrap', arn, onLine });
      if (end.exitCode === 0) return 'done';
      throw new Stopped(
        EXIT.failed,
        `${taskFailure('bootstrap', end)}\ndocs/dba.md, "First install", tells what it does.`,
      );
    },
  };
}
