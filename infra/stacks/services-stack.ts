import { ArnFormat, Duration } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import type { AlarmSpec } from '../constructs/alarm-spec.ts';
import { Balancer } from '../constructs/balancer.ts';
import { functionNameOf } from '../constructs/bundled-function.ts';
import {
  API_COMMAND,
  DATABASE_CA_FILE,
  RELAY_COMMAND,
  WORKER_COMMAND,
} from '../constructs/image.ts';
import { API_PORT } from '../constructs/network.ts';
import type { Network } from '../constructs/network.ts';
import { OrderApi } from '../constructs/order-api.ts';
import { Program } from '../constructs/program.ts';
import type { Platform } from '../constructs/program.ts';
import { QueueScaling } from '../constructs/queue-scaling.ts';
import type { RealtimeApi } from '../constructs/realtime-api.ts';
import { grantReadSecrets } from '../constructs/secret-access.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { DataStack } from './data-stack.ts';
import type { TokenIssuer } from './identity-stack.ts';

interface Given {
  network: Network;
  data: DataStack;
  tokens: TokenIssuer;
  realtime: RealtimeApi;
  platform: Platform;
  pageOrigin: string;
}

/** How long a task goes on taking requests after SIGTERM, while the load balancer finds out. */
const DRAIN_DELAY_MS = 5_000;
const CPU_PERCENT = 60;
/** A minute; a third of what one task of the smallest size did in `npm run bench`. */
const REQUESTS_PER_TASK = 3_000;

/** The order API behind its gateway, the relay, the workers of the broadcast queue. */
export class ServicesStack extends StageStack {
  readonly orders: OrderApi;
  readonly alarms: readonly AlarmSpec[];

  constructor(app: App, settings: StageSettings, given: Given) {
    super(app, 'services', { settings, description: 'Ordercast: order API, relay, workers' });
    const balancer = new Balancer(this, 'Balancer', { settings, network: given.network });
    this.orders = new OrderApi(this, 'Orders', {
      settings,
      network: given.network,
      listener: balancer.listener,
      tokens: given.tokens,
      pageOrigin: given.pageOrigin,
      gatewaySecret: given.data.gatewaySecret.newest,
      reports: this.formatArn({
        service: 'lambda',
        resource: 'function',
        resourceName: functionNameOf(settings, 'reports', 'api'),
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    });
    const api = this.#api(given, balancer);
    const relay = this.#relay(given);
    const worker = this.#worker(given);
    this.alarms = [
      ...balancer.alarms,
      ...this.orders.alarms,
      relay.abandoned,
      tooFewTasks('api', api, settings.services.api.min),
      tooFewTasks('relay', relay.service, settings.services.relay.count),
      tooFewTasks('worker', worker, settings.services.worker.min),
    ];
    this.output('ApiUrl', this.orders.url, 'For /config.json');
  }

  #api({ network, data, tokens, platform, pageOrigin }: Given, balancer: Balancer): FargateService {
    const { size, min, max } = this.settings.services.api;
    const { gatewaySecret, database } = data;
    const program = new Program(this, 'Api', {
      settings: this.settings,
      platform,
      size,
      command: API_COMMAND,
      isTraced: true,
      port: API_PORT,
      environment: {
        COGNITO_CLIENT_ID: tokens.clientId,
        COGNITO_ISSUER: tokens.issuer,
        CORS_ORIGINS: pageOrigin,
        DATABASE_CA_FILE,
        DATABASE_SECRET_ID: database.logins.app.secretArn,
        DRAIN_DELAY_MS: String(DRAIN_DELAY_MS),
        GATEWAY_SECRET_ID: gatewaySecret.secret.secretArn,
        LOG_LEVEL: 'info',
        PORT: String(API_PORT),
      },
    });
    grantReadSecrets(program.task.taskRole, data.key, database.logins.app, gatewaySecret.secret);
    const service = program.service({
      cluster: platform.cluster,
      group: network.groups.api,
      count: min,
    });
    balancer.attach(service);
    const scaling = service.autoScaleTaskCount({ minCapacity: min, maxCapacity: max });
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: CPU_PERCENT });
    scaling.scaleOnRequestCount('Requests', {
      requestsPerTarget: REQUESTS_PER_TASK,
      targetGroup: balancer.targets,
    });
    return service;
  }

  #realtimeVariables({ data, tokens }: Given): Record<string, string> {
    const { broadcastChannels, broadcastShards, postsPerSecond } = this.settings.realtime;
    return {
      BROADCAST_CHANNELS: broadcastChannels.join(','),
      BROADCAST_QUEUE_URL: data.broadcasts.queue.queueUrl,
      BROADCAST_SHARDS: String(broadcastShards),
      COGNITO_CLIENT_ID: tokens.clientId,
      COGNITO_ISSUER: tokens.issuer,
      LOG_LEVEL: 'info',
      POSTS_PER_SECOND: String(postsPerSecond),
      TABLE_PREFIX: data.tables.prefix,
    };
  }

  /** Two: one leads, the other waits for it to end. */
  #relay(given: Given): { service: FargateService; abandoned: AlarmSpec } {
    const { network, data, platform, realtime } = given;
    const { size, count } = this.settings.services.relay;
    const program = new Program(this, 'Relay', {
      settings: this.settings,
      platform,
      size,
      command: RELAY_COMMAND,
      isTraced: true,
      environment: {
        ...this.#realtimeVariables(given),
        DATABASE_CA_FILE,
        DATABASE_SECRET_ID: data.database.logins.app.secretArn,
      },
    });
    const role = program.task.taskRole;
    grantReadSecrets(role, data.key, data.database.logins.app);
    data.tables.grantUse(role, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']);
    data.broadcasts.grant(role, ['SendMessage']);
    role.addManagedPolicy(realtime.posts);
    const { cluster } = platform;
    return {
      abandoned: eventAbandoned(program),
      service: program.service({ cluster, group: network.groups.relay, count }),
    };
  }

  #worker(given: Given): FargateService {
    const { network, data, platform, realtime } = given;
    const { size, min, max } = this.settings.services.worker;
    const program = new Program(this, 'Worker', {
      settings: this.settings,
      platform,
      size,
      command: WORKER_COMMAND,
      isTraced: true,
      environment: this.#realtimeVariables(given),
    });
    const role = program.task.taskRole;
    data.tables.grantUse(role, ['GetItem', 'UpdateItem', 'DeleteItem', 'Query']);
    data.broadcasts.grant(role, ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility']);
    role.addManagedPolicy(realtime.posts);
    const { cluster } = platform;
    const service = program.service({ cluster, group: network.groups.worker, count: min });
    new QueueScaling(this, 'WorkerScaling', {
      service,
      cluster,
      queue: data.broadcasts.queue,
      min,
      max,
    });
    return service;
  }
}

/** The one way in which an event is lost: the relay says so in its log (docs/operations.md). */
function eventAbandoned({ logs }: Program): AlarmSpec {
  const filter = logs.addMetricFilter('Abandoned', {
    filterPattern: FilterPattern.stringValue('$.alarm', '=', 'outbox-event-abandoned'),
    metricNamespace: 'Ordercast',
    metricName: 'OutboxEventsAbandoned',
    metricValue: '1',
  });
  const metric = filter.metric({ statistic: 'sum', period: Duration.minutes(5) });
  return { article: 'outbox-event-abandoned', metric, threshold: 0 };
}

function tooFewTasks(of: string, service: FargateService, wanted: number): AlarmSpec {
  const metric = new Metric({
    namespace: 'ECS/ContainerInsights',
    metricName: 'RunningTaskCount',
    statistic: 'min',
    period: Duration.minutes(1),
    dimensionsMap: { ClusterName: service.cluster.clusterName, ServiceName: service.serviceName },
  });
  return {
    article: 'too-few-tasks',
    of,
    metric,
    threshold: wanted,
    bad: 'below',
    periods: 10,
    noData: 'bad',
  };
}
