import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { ProvedCertificate } from './proved-certificate.ts';
import { firewall } from './firewall.ts';
import { CLIENT_ADDRESS_HEADER } from './gateway-secret.ts';
import { logBucket } from './log-bucket.ts';
import { API_PORT } from './network.ts';
import type { Network } from './network.ts';

/** Below the 65 s for which the API keeps a connection: else a request would meet one that just closed. */
const IDLE = Duration.seconds(60);
/** As long as a request may take; the API stops taking new ones at once. */
const DEREGISTRATION_DELAY = Duration.seconds(20);
const LOG_KEPT = Duration.days(30);
/** Requests of one caller in five minutes; ten a second. */
const CALLS_PER_ADDRESS = 3_000;

/** The internal load balancer between the gateway's link and the order API, and the firewall on it. */
export class Balancer extends Construct {
  readonly balancer: ApplicationLoadBalancer;
  readonly listener: ApplicationListener;
  readonly targets: ApplicationTargetGroup;

  readonly #certificate: ProvedCertificate | undefined;

  constructor(
    scope: Construct,
    id: string,
    { settings, network }: { settings: StageSettings; network: Network },
  ) {
    super(scope, id);
    this.balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'programs' },
      internetFacing: false,
      securityGroup: network.groups.balancer,
      idleTimeout: IDLE,
      dropInvalidHeaderFields: true,
      deletionProtection: settings.data === 'keep',
    });
    this.balancer.logAccessLogs(
      logBucket(this, 'AccessLog', {
        kept: LOG_KEPT,
        unread: 'it is the log; a log of its readers would need another',
        removalPolicy: RemovalPolicy.RETAIN,
      }),
    );
    this.targets = new ApplicationTargetGroup(this, 'Api', {
      vpc: network.vpc,
      protocol: ApplicationProtocol.HTTP,
      port: API_PORT,
      targetType: TargetType.IP,
      deregistrationDelay: DEREGISTRATION_DELAY,
      healthCheck: {
        path: '/health/ready',
        // A standby takes over the database within a minute or two: ECS must not replace every task meanwhile.
        interval: Duration.seconds(30),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 10,
        healthyHttpCodes: '200',
      },
    });
    const { domain } = settings;
    this.#certificate = domain && new ProvedCertificate(this, 'Certificate', domain, domain.origin);
    this.listener = this.balancer.addListener('Link', {
      open: false,
      defaultAction: ListenerAction.forward([this.targets]),
      ...(this.#certificate === undefined
        ? { port: 80, protocol: ApplicationProtocol.HTTP }
        : {
            port: 443,
            protocol: ApplicationProtocol.HTTPS,
            sslPolicy: SslPolicy.TLS13_RES,
            certificates: [this.#certificate],
          }),
    });
    this.#firewall();
  }

  attach(service: FargateService): void {
    service.attachToApplicationTargetGroup(this.targets);
  }

  get alarms(): AlarmSpec[] {
    const period = Duration.minutes(1);
    return [
      ...(this.#certificate === undefined ? [] : [this.#certificate.alarm]),
      {
        article: 'api-unhealthy',
        metric: this.targets.metrics.healthyHostCount({ period, statistic: 'min' }),
        threshold: 1,
        bad: 'below',
        periods: 3,
        noData: 'bad',
      },
    ];
  }

  /**
   * Neither an HTTP API nor a WebSocket API takes one, so it stands here. All requests come from the link's few
   * addresses: the caller's is what the gateway wrote.
   */
  #firewall(): void {
    firewall(this, 'FirewallOfBalancer', {
      scope: 'REGIONAL',
      name: 'Orders',
      resourceArn: this.balancer.loadBalancerArn,
      callsPerAddress: CALLS_PER_ADDRESS,
      addressHeader: CLIENT_ADDRESS_HEADER,
      refusal: 429,
      managed: ['AWSManagedRulesKnownBadInputsRuleSet', 'AWSManagedRulesSQLiRuleSet'].map(
        (set) => ({ set, metric: set }),
      ),
    });
  }
}
