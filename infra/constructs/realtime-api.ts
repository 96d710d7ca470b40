import { Duration } from 'aws-cdk-lib';
import { AccessLogFormat, CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { RealtimeFunctions } from './realtime-functions.ts';
import { asFound, explain } from './explain.ts';
import { logGroup } from './log-group.ts';
import { customDomain } from './custom-domain.ts';

/** Its path is part of the address that clients and posts use where the stage has no domain. */
const STAGE_NAME = 'v1';
/** Where the access token stands: the authorizer is called with it, or API Gateway answers 401 without it. */
const TOKEN_SOURCE = 'route.request.header.Sec-WebSocket-Protocol';

/**
 * The WebSocket API: `$connect` behind the authorizer, `$default` for every message, `$disconnect`. What people send is
 * never logged (data trace is off, and the access log names no header).
 */
export class RealtimeApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;
  /** What the page opens: `wss://…`. */
  readonly url: string;
  /** `REALTIME_CALLBACK_ENDPOINT`: where posts to connections go, whatever name the clients used. */
  readonly callbackEndpoint: string;
  /** For whoever posts to connections. */
  readonly posts: ManagedPolicy;

  readonly #expiry: readonly AlarmSpec[];

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: `ordercast-${settings.stage}-realtime`,
      description: 'ordercast.v1: see docs/protocol.md',
    });
    const names = settings.domain;
    const domain = names && customDomain(this, 'Domain', names, names.realtime);
    this.#expiry = domain === undefined ? [] : [domain.alarm];
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: STAGE_NAME,
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: {
        rateLimit: settings.realtime.throttle.rate,
        burstLimit: settings.realtime.throttle.burst,
      },
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          logGroup(this, 'AccessLog', settings, 'realtime/access'),
        ),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
      ...(domain !== undefined && { domainMapping: { domainName: domain.domainName } }),
    });
    if (settings.realtime.setsGatewayLogRole) this.#letGatewayLog();
    this.url = names === undefined ? this.stage.url : `wss://${names.realtime}`;
    this.callbackEndpoint = this.stage.callbackUrl;
    this.posts = this.#postPolicy();
  }

  /** Whom API Gateway calls for what comes in. */
  route({ authorizer, connect, disconnect, message }: RealtimeFunctions): void {
    this.api.addRoute('$connect', {
      integration: new WebSocketLambdaIntegration('Connect', connect),
      authorizer: new WebSocketLambdaAuthorizer('Authorizer', authorizer, {
        identitySource: [TOKEN_SOURCE],
      }),
    });
    const unasked = [
      this.api.addRoute('$disconnect', {
        integration: new WebSocketLambdaIntegration('Disconnect', disconnect),
      }),
      this.api.addRoute('$default', {
        integration: new WebSocketLambdaIntegration('Message', message),
      }),
    ];
    for (const route of unasked) {
      explain(route, 'APIG4', 'a WebSocket API asks its authorizer at $connect alone');
    }
  }

  /** To post to connections and to end them, in this stage alone. */
  #postPolicy(): ManagedPolicy {
    const { partition, region, account } = Stack.of(this);
    const stage = `arn:${partition}:execute-api:${region}:${account}:${this.api.apiId}/${STAGE_NAME}`;
    const resources = ['POST', 'DELETE'].map((method) => `${stage}/${method}/@connections/*`);
    const policy = new ManagedPolicy(this, 'Posts', {
      description: 'To post to connections of this stage and to end them',
      statements: [new PolicyStatement({ actions: ['execute-api:ManageConnections'], resources })],
    });
    for (const resource of resources) {
      explain(
        policy,
        `IAM5[Resource::${asFound(this, resource)}]`,
        'nobody knows connections in advance',
      );
    }
    return policy;
  }

  get alarms(): AlarmSpec[] {
    const metric = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName,
        statistic,
        period: Duration.minutes(5),
        dimensionsMap: { ApiId: this.api.apiId, Stage: STAGE_NAME },
      });
    return [
      ...this.#expiry,
      {
        article: 'realtime-integration-errors',
        metric: metric('IntegrationError', 'sum'),
        threshold: 5,
        periods: 2,
      },
      // A page with an old token is one of these; a wave of them is a pool or an authorizer that is down.
      {
        article: 'realtime-connects-rejected',
        metric: metric('ClientError', 'sum'),
        threshold: 200,
        periods: 3,
      },
      {
        article: 'realtime-slow',
        metric: metric('IntegrationLatency', 'p99'),
        threshold: 2_000,
        periods: 3,
      },
    ];
  }

  /** Of all API Gateways of the account in this Region, so whoever deletes this stage leaves it. */
  #letGatewayLog(): void {
    const role = new Role(this, 'LogRole', {
      description: 'By which API Gateway writes logs',
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs'),
      ],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    explain(
      role,
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      'the policy that API Gateway asks for; the role is of the whole account',
    );
    const account = new CfnAccount(this, 'LogAccount', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.stage.node.addDependency(account);
  }
}

/** One line a connect, message and disconnect; neither headers, where the token stands, nor what was sent. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  address: '$context.identity.sourceIp',
  event: '$context.eventType',
  route: '$context.routeKey',
  connectionId: '$context.connectionId',
  status: '$context.status',
  error: '$context.error.messageString',
  integrationError: '$context.integrationErrorMessage',
  integrationLatency: '$context.integrationLatency',
  authorizerStatus: '$context.authorizer.status',
};
