import { Duration, Size } from 'aws-cdk-lib';
import {
  AwsLogDriverMode,
  ContainerDependencyCondition,
  ContainerImage,
  LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import type { ContainerDefinition, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { COLLECTOR_SIZE } from '../settings/stage-settings.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import { explain } from './explain.ts';

/** AWS's distribution of the OpenTelemetry collector, of 10 July 2026. */
const IMAGE = 'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0';
/** Uid of that image's user. */
const USER = '4317';
/** Longer than a program's own, which sends its last spans as it ends. */
const STOP_TIMEOUT = Duration.seconds(60);
/** The containers of a task share their loopback, and nobody else is on it. */
const OTLP = '127.0.0.1:4318';
/** Where the image's own health check asks. */
const HEALTH = '127.0.0.1:13133';

/** JSON, which is YAML as well. */
const CONFIGURATION = JSON.stringify({
  extensions: { health_check: { endpoint: HEALTH } },
  receivers: { otlp: { protocols: { http: { endpoint: OTLP } } } },
  processors: {
    // First of all: it refuses spans before the container has no memory left.
    memory_limiter: { check_interval: '1s', limit_mib: 128, spike_limit_mib: 32 },
    resourcedetection: { detectors: ['env', 'ecs'], override: false },
    batch: { timeout: '1s', send_batch_size: 50 },
  },
  exporters: { awsxray: { indexed_attributes: ['http.route', 'ordercast.task'] } },
  service: {
    extensions: ['health_check'],
    pipelines: {
      traces: {
        receivers: ['otlp'],
        processors: ['memory_limiter', 'resourcedetection', 'batch'],
        exporters: ['awsxray'],
      },
    },
    telemetry: { logs: { level: 'warn' } },
  },
});

/** By which a program finds its collector, and how much it sends; they are OpenTelemetry's own. */
export function tracingVariables(
  { stage, tracing }: StageSettings,
  program: string,
): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${OTLP}`,
    OTEL_SERVICE_NAME: `ordercast-${stage}-${program}`,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(tracing.ratio),
  };
}

/** Beside a program: takes its spans and sends them to X-Ray. Without it orders go on, untraced. */
export function addCollector(
  task: FargateTaskDefinition,
  program: ContainerDefinition,
  logs: LogGroup,
): void {
  const collector = task.addContainer('collector', {
    image: ContainerImage.fromRegistry(IMAGE),
    environment: { AOT_CONFIG_CONTENT: CONFIGURATION },
    essential: false,
    user: USER,
    readonlyRootFilesystem: true,
    cpu: COLLECTOR_SIZE.cpu,
    memoryLimitMiB: COLLECTOR_SIZE.memoryMib,
    stopTimeout: STOP_TIMEOUT,
    // The image has no shell.
    healthCheck: { command: ['CMD', '/healthcheck'], interval: Duration.seconds(10) },
    logging: LogDriver.awsLogs({
      logGroup: logs,
      streamPrefix: 'collector',
      mode: AwsLogDriverMode.NON_BLOCKING,
      maxBufferSize: Size.mebibytes(1),
    }),
  });
  // Started first, so that ECS stops it last.
  program.addContainerDependencies({
    container: collector,
    condition: ContainerDependencyCondition.START,
  });
  task.addToTaskRolePolicy(
    new PolicyStatement({ actions: ['xray:PutTraceSegments'], resources: ['*'] }),
  );
  explain(task.taskRole, 'IAM5[Resource::*]', 'X-Ray has no resources that a right could name');
}
