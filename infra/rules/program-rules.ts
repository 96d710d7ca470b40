import { at, isRecord, listAt, resolved, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { Found, JudgedStage, Rule } from './judged-stage.ts';

/** ECS's most on Fargate: task definition parameters, `stopTimeout`. */
const MAX_STOP_TIMEOUT_S = 120;
/** The programs end within 25 s of SIGTERM; ECS must not kill them before. */
const LEAST_STOP_TIMEOUT_S = 30;
/** Above the interval of the load balancer's health checks. */
const LEAST_MEMORY_MIB = 512;

const tasks = (stage: JudgedStage) => resourcesOf(stage, 'AWS::ECS::TaskDefinition');
const functions = (stage: JudgedStage) => resourcesOf(stage, 'AWS::Lambda::Function');

function containersOf(task: Found): unknown[] {
  return listAt(task.properties, 'ContainerDefinitions');
}

const isCollector = (container: unknown) => at(container, 'Name') === 'collector';

const memoryOf = (containers: readonly unknown[]) =>
  containers.reduce<number>((sum, container) => sum + Number(at(container, 'Memory') ?? 0), 0);

export const programRules: readonly Rule[] = [
  {
    name: 'containers are read-only, without root, and of the image of the commit',
    find: (stage) =>
      tasks(stage).flatMap((task) =>
        containersOf(task).flatMap((container) => {
          const image = textOf(resolved(stage, task.stack, at(container, 'Image')));
          return [
            ...unless(
              at(container, 'ReadonlyRootFilesystem') === true,
              task,
              'may write its own image',
            ),
            ...unless(at(container, 'Privileged') !== true, task, 'is privileged'),
            ...unless(
              isCollector(container) ||
                at(container, 'LinuxParameters', 'InitProcessEnabled') === true,
              task,
              'may not hear that it shall stop',
            ),
            ...unless(
              !/:latest$/.test(image) && /(:[\w.-]+|@sha256:[0-9a-f]{64})"?\}?$/.test(image),
              task,
              `runs ${image}`,
            ),
            ...unless(
              at(container, 'LogConfiguration', 'LogDriver') === 'awslogs',
              task,
              'logs nowhere',
            ),
            ...unless(/^[1-9]\d*$/.test(textOf(at(container, 'User'))), task, 'runs as root'),
            ...unless(
              at(container, 'LogConfiguration', 'Options', 'mode') === 'non-blocking',
              task,
              'waits for its log',
            ),
          ];
        }),
      ),
  },
  {
    name: 'containers fit into their tasks, and have the time to end',
    find: (stage) =>
      tasks(stage).flatMap((task) => {
        const memory = Number(task.properties['Memory']);
        const stops = containersOf(task).map((container) => Number(at(container, 'StopTimeout')));
        return [
          ...unless(
            memory - memoryOf(containersOf(task).slice(1)) >= LEAST_MEMORY_MIB,
            task,
            'has too little memory for its program',
          ),
          ...unless(
            memoryOf(containersOf(task)) <= memory,
            task,
            'gives its containers more than it has',
          ),
          ...stops.flatMap((stop) =>
            unless(
              stop >= LEAST_STOP_TIMEOUT_S && stop <= MAX_STOP_TIMEOUT_S,
              task,
              `gives a container ${stop} s to end`,
            ),
          ),
          ...unless(
            at(task.properties, 'RuntimePlatform', 'CpuArchitecture') === 'ARM64',
            task,
            'is not for ARM',
          ),
        ];
      }),
  },
  {
    name: 'services roll back what does not come up, and lose no task while they are deployed',
    find: (stage) =>
      resourcesOf(stage, 'AWS::ECS::Service').flatMap((found) => {
        const deployment = found.properties['DeploymentConfiguration'];
        const network = at(found.properties, 'NetworkConfiguration', 'AwsvpcConfiguration');
        const subnets = listAt(resolved(stage, found.stack, network), 'Subnets').map(textOf);
        return [
          ...unless(
            at(deployment, 'DeploymentCircuitBreaker', 'Enable') === true &&
              at(deployment, 'DeploymentCircuitBreaker', 'Rollback') === true,
            found,
            'is not rolled back',
          ),
          ...unless(
            at(deployment, 'MinimumHealthyPercent') === 100,
            found,
            'loses tasks while it is deployed',
          ),
          ...unless(at(network, 'AssignPublicIp') === 'DISABLED', found, 'has public addresses'),
          ...unless(
            subnets.length > 0 && subnets.every((subnet) => subnet.includes('programsSubnet')),
            found,
            'runs in other subnets than those of programs',
          ),
        ];
      }),
  },
  {
    name: 'the load balancer reaches a container that is there, and asks whether it is ready',
    find: (stage) => {
      const targets = resourcesOf(stage, 'AWS::ElasticLoadBalancingV2::TargetGroup');
      const behind = resourcesOf(stage, 'AWS::ECS::Service').flatMap((service) =>
        listAt(service.properties, 'LoadBalancers').map((one) => ({ service, one })),
      );
      return [
        ...(behind.length === 0 ? ['services: nothing stands behind the load balancer'] : []),
        ...behind.flatMap(({ service, one }) => {
          const name = textOf(resolved(stage, service.stack, service.properties['TaskDefinition']));
          const task = tasks(stage).find(({ stack, id }) => name === `${stack}/${id}`);
          const container = (task === undefined ? [] : containersOf(task)).find(
            (candidate) => at(candidate, 'Name') === at(one, 'ContainerName'),
          );
          const ports = listAt(container, 'PortMappings').map((port) => at(port, 'ContainerPort'));
          return unless(
            ports.includes(at(one, 'ContainerPort')),
            service,
            'is reached at a container or port that is not there',
          );
        }),
        ...targets.flatMap((found) =>
          unless(
            found.properties['HealthCheckPath'] === '/health/ready' &&
              found.properties['TargetType'] === 'ip' &&
              Number(found.properties['HealthCheckTimeoutSeconds']) <
                Number(found.properties['HealthCheckIntervalSeconds']),
            found,
            'does not ask whether a task is ready',
          ),
        ),
      ];
    },
  },
  {
    name: 'services grow by what they do',
    find: (stage) => {
      const policies = resourcesOf(stage, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
        (found) => textOf(found.properties['TargetTrackingScalingPolicyConfiguration']),
      );
      return ['ECSServiceAverageCPUUtilization', 'ALBRequestCountPerTarget', 'waiting / running']
        .filter((signal) => !policies.some((policy) => policy.includes(signal)))
        .map((signal) => `services: nothing grows by ${signal}`);
    },
  },
  {
    name: 'functions are on ARM and a runtime that is kept, call what their bundle exports, and end before their caller does',
    find: (stage) =>
      functions(stage).flatMap((found) => [
        ...unless(found.properties['Runtime'] === 'nodejs24.x', found, 'has another runtime'),
        ...unless(
          listAt(found.properties, 'Architectures').join() === 'arm64',
          found,
          'is not for ARM',
        ),
        ...unless(
          /^lambda\.\w+$/.test(textOf(found.properties['Handler'])),
          found,
          'calls no export',
        ),
        ...unless(
          found.stack !== 'realtime' ||
            ![
              'lambda.connect',
              'lambda.message',
              'lambda.authorizer',
              'lambda.disconnect',
            ].includes(textOf(found.properties['Handler'])) ||
            Number(found.properties['Timeout']) <= 29,
          found,
          'may run longer than API Gateway waits',
        ),
        ...unless(
          at(found.properties, 'LoggingConfig', 'LogGroup') !== undefined,
          found,
          'logs for ever',
        ),
        ...unless(
          at(found.properties, 'TracingConfig', 'Mode') === 'Active',
          found,
          'is not traced',
        ),
      ]),
  },
  {
    name: 'logs are kept as long as the stage says',
    find: (stage) =>
      resourcesOf(stage, 'AWS::Logs::LogGroup').flatMap((found) =>
        unless(
          found.properties['RetentionInDays'] === stage.settings.logDays,
          found,
          `is kept for ${textOf(found.properties['RetentionInDays'] ?? 'ever')} days`,
        ),
      ),
  },
  {
    name: 'no variable holds a secret',
    find: (stage) => {
      const environments = [
        ...tasks(stage).flatMap((task) =>
          containersOf(task).map((container) => ({
            found: task,
            variables: listAt(container, 'Environment').map((one): [string, unknown] => [
              textOf(at(one, 'Name')),
              at(one, 'Value'),
            ]),
          })),
        ),
        ...functions(stage).map((found) => ({
          found,
          variables: Object.entries(variablesOf(found)),
        })),
      ];
      return environments.flatMap(({ found, variables }) =>
        variables.flatMap(([name, value]) =>
          unless(
            !textOf(value).includes('{{resolve:') && !/PASSWORD|TOKEN|_KEY$/.test(name),
            found,
            `${name} shows a secret`,
          ),
        ),
      );
    },
  },
];

function variablesOf(found: Found): Record<string, unknown> {
  const variables = at(found.properties, 'Environment', 'Variables');
  return isRecord(variables) ? variables : {};
}
