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
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { certificate, expiryAlarm, hostedZone } from './custom-domain.ts';
import { explain } from './explain.ts';
import { CLIENT_ADDRESS_HEADER } from './gateway-secret.ts';
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

  readonly #expiry: readonly AlarmSpec[];

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
    this.balancer.logAccessLogs(this.#logBucket());
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
    const shown =
      domain && certificate(this, 'Certificate', hostedZone(this, domain), domain.origin);
    this.#expiry = shown === undefined ? [] : [expiryAlarm(domain?.origin ?? '', shown)];
    this.listener = this.balancer.addListener('Link', {
      open: false,
      defaultAction: ListenerAction.forward([this.targets]),
      ...(domain === undefined
        ? { port: 80, protocol: ApplicationProtocol.HTTP }
        : {
            port: 443,
            protocol: ApplicationProtocol.HTTPS,
            sslPolicy: SslPolicy.TLS13_RES,
            certificates: shown === undefined ? [] : [shown],
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
      ...this.#expiry,
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

  #logBucket(): Bucket {
    const bucket = new Bucket(this, 'AccessLog', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // The only encryption that the load balancer can write with.
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [
        { expiration: LOG_KEPT, abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    explain(bucket, 'S1', 'it is the log; a log of its readers would need another');
    return bucket;
  }

  /**
   * Neither an HTTP API nor a WebSocket API takes one, so it stands here. All requests come from the link's few
   * addresses: the caller's is what the gateway wrote.
   */
  #firewall(): void {
    const seen = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
      metricName,
      sampledRequestsEnabled: true,
      cloudWatchMetricsEnabled: true,
    });
    const managed = (priority: number, name: string): CfnWebACL.RuleProperty => ({
      name,
      priority,
      overrideAction: { none: {} },
      statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
      visibilityConfig: seen(name),
    });
    const acl = new CfnWebACL(this, 'Firewall', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: seen('Orders'),
      rules: [
        {
          name: 'calls-per-address',
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: {
            rateBasedStatement: {
              limit: CALLS_PER_ADDRESS,
              aggregateKeyType: 'FORWARDED_IP',
              forwardedIpConfig: { headerName: CLIENT_ADDRESS_HEADER, fallbackBehavior: 'MATCH' },
            },
          },
          visibilityConfig: seen('OrdersCallsPerAddress'),
        },
        managed(1, 'AWSManagedRulesKnownBadInputsRuleSet'),
        managed(2, 'AWSManagedRulesSQLiRuleSet'),
      ],
    });
    new CfnWebACLAssociation(this, 'FirewallOfBalancer', {
      webAclArn: acl.attrArn,
      resourceArn: this.balancer.loadBalancerArn,
    });
  }
}
