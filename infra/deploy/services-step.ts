import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import type { Service } from '@aws-sdk/client-ecs';
import { paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { stackOf, templateSchema } from './assembly.ts';
import type { Deployment } from './deployment.ts';
import { placeOf } from './deployment.ts';
import { outputOf } from './stack-state.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';
import { refOf } from './template-reference.ts';

const POLL_MS = 10_000;
/** CloudFormation waits for services itself; this is for what it does not see. */
const POLLS = 60;

interface WantedService {
  arn: string;
  taskDefinition: string;
}

/**
 * Whether the services run what was deployed. CloudFormation has been seen to say UPDATE_COMPLETE where the circuit breaker had
 * taken a deployment back (aws/containers-roadmap issue 1205), so the task definitions themselves are compared.
 */
export function servicesStep(deployment: Deployment): Step {
  const { aws, wait } = deployment;
  const look = async () => {
    const wanted = await wantedServices(deployment);
    const cluster = (await outputOf(aws, placeOf(deployment, 'migrations')))('ClusterName');
    const { services = [] } = await aws.ecs.send(
      new DescribeServicesCommand({ cluster, services: wanted.map(({ arn }) => arn) }),
    );
    return wanted.map((one) => ({
      ...one,
      service: services.find(({ serviceArn }) => serviceArn === one.arn),
    }));
  };
  return {
    name: 'services run this release',
    async done() {
      return (await look()).every(isSteady) ? 'they do' : undefined;
    },
    async run() {
      for (let poll = 0; poll < POLLS; poll += 1) {
        const seen = await look();
        const taken = seen.filter(isTakenBack);
        if (taken.length > 0) throw new Stopped(EXIT.failed, takenBackText(deployment, taken));
        if (seen.every(isSteady)) return 'they do';
        await wait(POLL_MS);
      }
      throw new Stopped(
        EXIT.failed,
        'The services have not come to rest in ten minutes. Look at their logs and events (docs/runbook.md, too-few-tasks), then run this again.',
      );
    },
  };
}

type Seen = WantedService & { service: Service | undefined };

function isSteady({ service, taskDefinition }: Seen): boolean {
  return (
    service?.taskDefinition === taskDefinition &&
    service.deployments?.length === 1 &&
    service.runningCount === service.desiredCount
  );
}

function isTakenBack({ service, taskDefinition }: Seen): boolean {
  if (service === undefined) return true;
  const ours = service.deployments?.find((one) => one.taskDefinition === taskDefinition);
  return service.taskDefinition !== taskDefinition || ours?.rolloutState === 'FAILED';
}

function takenBackText({ settings }: Deployment, taken: readonly Seen[]): string {
  const lines = taken.map(({ arn, service }) => {
    const news = service?.events?.[0]?.message ?? 'ECS knows of no such service';
    return `  ${arn.split('/').at(-1)}: ${news}`;
  });
  return [
    'CloudFormation says that the services are deployed, but they run what they ran before: the tasks of this release did not ' +
      'come up, and ECS went back to those of the last one.',
    ...lines,
    `Read why: aws logs tail /ordercast/${settings.stage}/api --since 1h (or relay, worker), and docs/runbook.md, too-few-tasks. Mend that in a commit, and deploy that one.`,
  ].join('\n');
}

/** The services of the stack and the task definitions that its template gives them, by their ARNs. */
async function wantedServices(deployment: Deployment): Promise<WantedService[]> {
  const stack = stackOf(deployment.assembly, 'services');
  const client = deployment.aws.cloudFormation(stack.region);
  const physical = new Map<string, string>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client },
    { StackName: stack.name },
  )) {
    for (const { LogicalResourceId = '', PhysicalResourceId = '' } of StackResourceSummaries) {
      physical.set(LogicalResourceId, PhysicalResourceId);
    }
  }
  const { Resources } = templateSchema.parse(stack.template);
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::ECS::Service')
    .map(([id, { Properties }]) => ({
      arn: physical.get(id) ?? '',
      taskDefinition: physical.get(refOf(Properties['TaskDefinition'])) ?? '',
    }));
}
