import { Duration } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import {
  AwsLogDriverMode,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  LogDriver,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import type { ICluster, Secret } from 'aws-cdk-lib/aws-ecs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import { addCollector, tracingVariables } from './collector.ts';
import { explain } from './explain.ts';
import { logGroup } from './log-group.ts';

/** What runs programs and where their image lies. */
export interface Platform {
  cluster: ICluster;
  repository: IRepository;
  /** Its digest, `sha256:…`, or its tag: the commit that it was built from. */
  image: string;
}

/** Uid of the image's user; the image says the same. */
const USER = '1000';
/** The programs end within 25 s of SIGTERM; ECS kills after this. */
const STOP_TIMEOUT = Duration.seconds(40);
const LOG_BUFFER = Size.mebibytes(8);

export interface ProgramProps {
  settings: StageSettings;
  platform: Platform;
  size: { cpu: number; memoryMib: number };
  /** What the container runs, in the image's folder. */
  command: string[];
  environment: Record<string, string>;
  /** Variables that ECS reads from secrets when a task starts. */
  secrets?: Record<string, Secret>;
  port?: number;
  /** Whether a collector stands beside it, which it sends its spans to. */
  isTraced?: boolean;
}

/** One program of ours as a Fargate task: the image of the commit, read-only and without root. */
export class Program extends Construct {
  readonly task: FargateTaskDefinition;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: ProgramProps) {
    super(scope, id);
    const { settings, platform, size, command, secrets, port, isTraced = false } = props;
    const name = id.toLowerCase();
    this.logs = logGroup(this, 'Log', settings, name);
    this.task = new FargateTaskDefinition(this, 'Task', {
      family: `ordercast-${settings.stage}-${name}`,
      cpu: size.cpu,
      memoryLimitMiB: size.memoryMib,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    const container = this.task.addContainer(name, {
      image: ContainerImage.fromEcrRepository(platform.repository, platform.image),
      command,
      environment: { ...props.environment, ...(isTraced && tracingVariables(settings, name)) },
      ...(secrets !== undefined && { secrets }),
      essential: true,
      user: USER,
      readonlyRootFilesystem: true,
      stopTimeout: STOP_TIMEOUT,
      // As the first process of a container a program without a handler of its own would not hear SIGTERM.
      linuxParameters: new LinuxParameters(this, 'Linux', { initProcessEnabled: true }),
      // A log that cannot be delivered must not hold up orders.
      logging: LogDriver.awsLogs({
        logGroup: this.logs,
        streamPrefix: name,
        mode: AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: LOG_BUFFER,
      }),
      ...(port !== undefined && { portMappings: [{ containerPort: port }] }),
    });
    if (isTraced) {
      addCollector(
        this.task,
        container,
        logGroup(this, 'CollectorLog', settings, `${name}-collector`),
      );
    }
    this.#explain();
  }

  #explain(): void {
    const { task } = this;
    explain(
      task,
      'ECS2',
      'no variable is a secret: secrets are read from Secrets Manager by the program',
    );
    explain(
      task.obtainExecutionRole(),
      'IAM5[Resource::*]',
      'ecr:GetAuthorizationToken is of the account, not of a repository',
    );
  }

  /** Keeps `count` tasks of it; a deployment whose tasks don't come up is rolled back. */
  service({
    cluster,
    group,
    count,
  }: {
    cluster: ICluster;
    group: SecurityGroup;
    count: number;
  }): FargateService {
    return new FargateService(this, 'Service', {
      cluster,
      taskDefinition: this.task,
      desiredCount: count,
      securityGroups: [group],
      vpcSubnets: { subnetGroupName: 'programs' },
      circuitBreaker: { enable: true, rollback: true },
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      enableECSManagedTags: true,
    });
  }
}
