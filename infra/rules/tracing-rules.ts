import { statementsOf } from './access-rules.ts';
import { at, jsonOf, listAt, resolved, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { Found, JudgedStage, Rule } from './judged-stage.ts';

/** What a service's container is started with before its program. */
const HOOK = '--import=./platform/tracing/main.ts';
const PUT = 'xray:PutTraceSegments';

/** The tasks that services keep, each with its program and what stands beside that. */
function serviceTasks(stage: JudgedStage): { task: Found; program: unknown; beside: unknown[] }[] {
  const kept = resourcesOf(stage, 'AWS::ECS::Service').map(({ stack, properties }) =>
    textOf(resolved(stage, stack, properties['TaskDefinition'])),
  );
  return resourcesOf(stage, 'AWS::ECS::TaskDefinition')
    .filter(({ stack, id }) => kept.includes(`${stack}/${id}`))
    .map((task) => {
      const [program, ...beside] = listAt(task.properties, 'ContainerDefinitions');
      return { task, program, beside };
    });
}

function variablesOf(container: unknown): Record<string, string> {
  const variables = listAt(container, 'Environment');
  return Object.fromEntries(
    variables.map((variable) => [textOf(at(variable, 'Name')), textOf(at(variable, 'Value'))]),
  );
}

export const tracingRules: readonly Rule[] = [
  {
    name: 'every service has its traces collected, and does not need whoever collects them',
    find: (stage) =>
      serviceTasks(stage).flatMap(({ task, program, beside }) => {
        const [collector] = beside;
        const configuration = jsonOf(variablesOf(collector)['AOT_CONFIG_CONTENT'] ?? '');
        const takes = textOf(
          at(configuration, 'receivers', 'otlp', 'protocols', 'http', 'endpoint'),
        );
        const pipeline = at(configuration, 'service', 'pipelines', 'traces');
        const dependency = listAt(program, 'DependsOn')[0];
        return [
          ...unless(beside.length === 1, task, 'has no collector'),
          ...unless(at(collector, 'Essential') === false, task, 'ends with its collector'),
          ...unless(
            Number(at(collector, 'StopTimeout')) > Number(at(program, 'StopTimeout')) &&
              at(dependency, 'ContainerName') === at(collector, 'Name'),
            task,
            'ends its collector first',
          ),
          ...unless(
            at(dependency, 'Condition') === 'START',
            task,
            'waits for its collector to be well',
          ),
          ...unless(
            listAt(collector, 'HealthCheck', 'Command').join(' ') === 'CMD /healthcheck',
            task,
            'asks its collector by what its image has not',
          ),
          ...unless(
            Number(at(collector, 'Memory')) > 0,
            task,
            'lets its collector take all memory',
          ),
          ...unless(
            /^127\.0\.0\.1:\d+$/.test(takes) &&
              variablesOf(program)['OTEL_EXPORTER_OTLP_ENDPOINT'] === `http://${takes}`,
            task,
            'sends its spans where its collector does not take them, or others might',
          ),
          ...unless(
            listAt(pipeline, 'processors')[0] === 'memory_limiter' &&
              listAt(pipeline, 'receivers').join() === 'otlp' &&
              listAt(pipeline, 'exporters').join() === 'awsxray',
            task,
            'has a collector that sends nothing to X-Ray, or takes more than it can hold',
          ),
          ...unless(
            textOf(
              resolved(
                stage,
                task.stack,
                at(collector, 'LogConfiguration', 'Options', 'awslogs-group'),
              ),
            ) !==
              textOf(
                resolved(
                  stage,
                  task.stack,
                  at(program, 'LogConfiguration', 'Options', 'awslogs-group'),
                ),
              ),
            task,
            'mixes the log of its collector into its own',
          ),
        ];
      }),
  },
  {
    name: 'programs and functions begin tracing before they load anything else, and send the share that the stage says',
    find: (stage) => [
      ...serviceTasks(stage).flatMap(({ task, program }) => {
        const variables = variablesOf(program);
        return [
          ...unless(listAt(program, 'Command')[1] === HOOK, task, 'is not traced'),
          ...unless(
            variables['OTEL_TRACES_SAMPLER'] === 'parentbased_traceidratio' &&
              variables['OTEL_TRACES_SAMPLER_ARG'] === String(stage.settings.tracing.ratio),
            task,
            'sends another share of its traces than the stage says',
          ),
        ];
      }),
      ...resourcesOf(stage, 'AWS::Lambda::Function').flatMap((found) => {
        const variables = at(found.properties, 'Environment', 'Variables');
        return unless(
          textOf(at(variables, 'NODE_OPTIONS')).includes('--import=/var/task/tracing.mjs') &&
            at(variables, 'OTEL_TRACES_EXPORTER') === 'xray',
          found,
          'sends no spans of its own',
        );
      }),
    ],
  },
  {
    name: 'who sends traces may do so, and do nothing else in X-Ray',
    find: (stage) => {
      const statements = statementsOf(stage);
      const actionsOf = (role: unknown, stack: string) =>
        statements
          .filter(({ found }) =>
            listAt(resolved(stage, found.stack, found.properties), 'Roles').includes(
              textOf(resolved(stage, stack, role)).replace(/\.Arn$/, ''),
            ),
          )
          .flatMap(({ actions }) => actions.filter((action) => action.startsWith('xray:')))
          .sort()
          .join();
      return [
        ...serviceTasks(stage).flatMap(({ task }) =>
          unless(
            actionsOf(task.properties['TaskRoleArn'], task.stack) === PUT,
            task,
            'may not send its traces, or may do more in X-Ray',
          ),
        ),
        ...resourcesOf(stage, 'AWS::Lambda::Function').flatMap((found) =>
          unless(
            actionsOf(found.properties['Role'], found.stack) === `xray:PutTelemetryRecords,${PUT}`,
            found,
            'may not send its traces, or may do more in X-Ray',
          ),
        ),
      ];
    },
  },
];
