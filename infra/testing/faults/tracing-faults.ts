import { at, textOf } from '../../rules/judged-stage.ts';
import { container, fault, named, pick, set, write } from './planting.ts';
import type { PlantedFault } from './planting.ts';

const TASK = 'AWS::ECS::TaskDefinition';
const api = named('ApiTask');
const collector = (...path: (string | number)[]) => container(1, ...path);

/** Writes another value of a variable that a container has. */
const setVariable =
  (index: number, name: string, value: string) => (stage: Parameters<PlantedFault['plant']>[0]) => {
    const { properties } = pick(stage, TASK, api);
    const variables = at(properties, 'ContainerDefinitions', index, 'Environment');
    const position = Array.isArray(variables)
      ? variables.findIndex((variable) => at(variable, 'Name') === name)
      : -1;
    write(properties, container(index, 'Environment', position, 'Value'), value);
  };

const reconfigured =
  (from: string, to: string) => (stage: Parameters<PlantedFault['plant']>[0]) => {
    const { properties } = pick(stage, TASK, api);
    const path = collector('Environment', 0, 'Value');
    const text = textOf(at(properties, ...path));
    if (!text.includes(from)) throw new Error(`The collector's configuration has no ${from}`);
    write(properties, path, text.replace(from, to));
  };

export const tracingFaults: readonly PlantedFault[] = [
  fault('a service has no collector', set(TASK, ['ContainerDefinitions', 1], undefined, api)),
  fault('the collector ends first', set(TASK, collector('StopTimeout'), 35, api)),
  fault(
    'a program is not stopped before its collector',
    set(TASK, container(0, 'DependsOn'), [], api),
  ),
  fault(
    'a program waits until its collector is well',
    set(TASK, container(0, 'DependsOn', 0, 'Condition'), 'HEALTHY', api),
  ),
  fault('a task ends with its collector', set(TASK, collector('Essential'), true, api)),
  fault(
    'the collector is asked by a shell that it has not',
    set(TASK, collector('HealthCheck', 'Command'), ['CMD-SHELL', 'curl -f localhost'], api),
  ),
  fault(
    "the collector's image may change",
    set(
      TASK,
      collector('Image'),
      'public.ecr.aws/aws-observability/aws-otel-collector:latest',
      api,
    ),
  ),
  fault('the collector runs as root', set(TASK, collector('User'), undefined, api)),
  fault(
    'the collector writes its image',
    set(TASK, collector('ReadonlyRootFilesystem'), false, api),
  ),
  fault("the collector takes the program's memory", set(TASK, collector('Memory'), 768, api)),
  fault('the collector takes what memory there is', set(TASK, collector('Memory'), undefined, api)),
  fault(
    'the collector takes spans from the network',
    reconfigured('127.0.0.1:4318', '0.0.0.0:4318'),
  ),
  fault('the collector takes more than it can hold', reconfigured('"memory_limiter","res', '"res')),
  fault(
    'the collector sends nothing to X-Ray',
    reconfigured('"exporters":["awsxray"]', '"exporters":[]'),
  ),
  fault(
    "the collector's log waits",
    set(TASK, collector('LogConfiguration', 'Options', 'mode'), 'blocking', api),
  ),
  fault(
    'a program sends its spans elsewhere',
    setVariable(0, 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4317'),
  ),
  fault(
    'a program sends every trace',
    setVariable(0, 'OTEL_TRACES_SAMPLER', 'parentbased_always_on'),
    'prod',
  ),
  fault(
    'a program sends more traces than the stage says',
    setVariable(0, 'OTEL_TRACES_SAMPLER_ARG', '0.5'),
    'prod',
  ),
  fault(
    'a program is started without its tracing',
    set(TASK, container(0, 'Command'), ['node', 'services/api.ts'], api),
  ),
  fault(
    'a function is started without its tracing',
    set(
      'AWS::Lambda::Function',
      ['Environment', 'Variables', 'NODE_OPTIONS'],
      '--enable-source-maps',
    ),
  ),
  fault('a program may not send its traces', (stage) => {
    const { properties } = pick(stage, 'AWS::IAM::Policy', named('ApiTaskTaskRole'));
    write(properties, ['PolicyDocument', 'Statement'], []);
  }),
];
