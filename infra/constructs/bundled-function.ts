import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Architecture, Code, Function, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { explain } from './explain.ts';
import { logGroup } from './log-group.ts';

const BUNDLES = join(import.meta.dirname, '..', '..', 'dist', 'lambda');

const ALARM_PERIOD = Duration.minutes(5);

/** What `npm run build` bundles. */
export type Bundle = 'realtime' | 'reports' | 'rotation';

interface BundledFunctionProps extends Pick<
  FunctionOptions,
  | 'environment'
  | 'vpc'
  | 'vpcSubnets'
  | 'securityGroups'
  | 'onFailure'
  | 'retryAttempts'
  | 'reservedConcurrentExecutions'
> {
  settings: StageSettings;
  bundle: Bundle;
  /** Export of the bundle's entry. */
  handler: string;
  timeout: Duration;
  memoryMib: number;
}

/** A function whose code is what `npm run build` made and the tests ran: `lambda.mjs` of its bundle. */
export class BundledFunction extends Function {
  constructor(
    scope: Construct,
    id: string,
    { settings, bundle, handler, memoryMib, ...options }: BundledFunctionProps,
  ) {
    const logs = logGroup(scope, `${id}Log`, settings, `${bundle}/${kebab(handler)}`);
    const role = functionRole(scope, id, logs);
    const functionName = functionNameOf(settings, bundle, handler);
    super(scope, id, {
      ...options,
      role,
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleFolder(bundle)),
      handler: `lambda.${handler}`,
      memorySize: memoryMib,
      tracing: Tracing.ACTIVE,
      logGroup: logs,
      environment: {
        ...options.environment,
        NODE_OPTIONS: '--enable-source-maps --import=/var/task/tracing.mjs',
        OTEL_SERVICE_NAME: functionName,
        // To the daemon that Lambda keeps beside it; which calls are traced is decided there.
        OTEL_TRACES_EXPORTER: 'xray',
      },
    });
    explain(role, 'IAM5[Resource::*]', 'X-Ray has no resources that a right could name');
    if (options.vpc !== undefined) letIntoVpc(role);
  }

  get errors(): AlarmSpec {
    return {
      article: 'function-errors',
      of: this.node.id,
      metric: this.metricErrors({ period: ALARM_PERIOD }),
      threshold: 0,
      periods: 3,
      badPeriods: 2,
    };
  }

  /** Calls that found no free instance. */
  get throttled(): AlarmSpec {
    const metric = this.metricThrottles({ period: ALARM_PERIOD });
    return { article: 'function-throttled', of: this.node.id, metric, threshold: 0 };
  }
}

/** Such as `ordercast-dev-connect`, `ordercast-dev-rotation` or `ordercast-dev-reports-run`. */
export function functionNameOf({ stage }: StageSettings, bundle: Bundle, handler: string): string {
  const prefix = bundle === 'realtime' ? [] : [bundle];
  const name = [...prefix, ...(handler === 'handler' ? [] : [kebab(handler)])];
  return ['ordercast', stage, ...name].join('-');
}

/** A function in a VPC makes its own network interfaces, whose ids nobody knows in advance. */
function letIntoVpc(role: Role): void {
  const policy = 'service-role/AWSLambdaVPCAccessExecutionRole';
  role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName(policy));
  explain(
    role,
    `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
    'the rights that Lambda itself needs to put a function into a VPC',
  );
}

/** Writes its own log and no other, which the library's managed policy would allow. */
function functionRole(scope: Construct, id: string, logs: LogGroup): Role {
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  logs.grantWrite(role);
  return role;
}

function bundleFolder(bundle: Bundle): string {
  const folder = join(BUNDLES, bundle);
  if (existsSync(join(folder, 'lambda.mjs'))) return folder;
  throw new Error(`There is no bundle of "${bundle}" yet. In the repository's root: npm run build`);
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
