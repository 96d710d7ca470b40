import { Duration, Stack } from 'aws-cdk-lib';
import {
  CfnIntegration,
  CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
  MappingValue,
  ParameterMapping,
  VpcLink,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import type { HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpAlbIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { TokenIssuer } from '../stacks/identity-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { customDomain } from './custom-domain.ts';
import { explain } from './explain.ts';
import { FunctionByName } from './function-by-name.ts';
import { CLIENT_ADDRESS_HEADER, GATEWAY_SECRET_HEADER } from './gateway-secret.ts';
import { logGroup } from './log-group.ts';
import type { Network } from './network.ts';

/** The one scope of tokens from a sign-in by SRP; the API asks for it, too. */
export const ACCESS_SCOPE = 'aws.cognito.signin.user.admin';

/** Routes that anybody may call, and why. */
export const OPEN_ROUTES = [
  { path: '/health/live', why: 'a monitor outside has no account' },
  {
    path: '/health/ready',
    why: 'a monitor outside has no account; it tells names of dependencies alone',
  },
  { path: '/openapi.json', why: 'a client is generated from it before anybody signs in' },
] as const;

/** Answered by the function of reports, which asks for staff. */
export const REPORT_ROUTES = [
  '/reports',
  '/reports/{proxy+}',
  '/report-schedules',
  '/report-schedules/{proxy+}',
] as const;

/** Links of mails, which need no sign-in: each is signed, and the function looks at that before it does anything. */
export const LINK_ROUTE = 'ANY /report-links/{proxy+}';
/** Of all callers together; somebody who has a mail asks once. */
const LINK_THROTTLE = { rate: 20, burst: 40 };

/** API Gateway's own most for an HTTP API is 30 s; the API's deadlines are below. */
const TIMEOUT = Duration.seconds(29);

/** The HTTP API: a JWT authorizer and a scope before everything that is not open, and the one way to the order API. */
export class OrderApi extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  /** What the page calls: `https://…`, without a slash at its end. */
  readonly url: string;
  /** For whoever rotates the secret. */
  readonly setSecret: ManagedPolicy;

  readonly #expiry: readonly AlarmSpec[];

  constructor(
    scope: Construct,
    id: string,
    { settings, network, listener, tokens, pageOrigin, gatewaySecret, reports }: OrderApiProps,
  ) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `ordercast-${settings.stage}-orders`,
      description: 'Orders: see /openapi.json',
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: [pageOrigin],
        allowMethods: [
          CorsHttpMethod.GET,
          CorsHttpMethod.HEAD,
          CorsHttpMethod.POST,
          CorsHttpMethod.PUT,
          CorsHttpMethod.DELETE,
        ],
        allowHeaders: CORS_HEADERS.sent,
        exposeHeaders: CORS_HEADERS.read,
        maxAge: Duration.hours(2),
      },
    });
    const integration = new HttpAlbIntegration('OrderApi', listener, {
      vpcLink: new VpcLink(this, 'Link', {
        vpc: network.vpc,
        subnets: { subnetGroupName: 'programs' },
        securityGroups: [network.groups.link],
      }),
      timeout: TIMEOUT,
      parameterMapping: new ParameterMapping()
        .overwriteHeader(GATEWAY_SECRET_HEADER, MappingValue.custom(gatewaySecret))
        .overwriteHeader(CLIENT_ADDRESS_HEADER, MappingValue.contextVariable('identity.sourceIp')),
      ...(settings.domain !== undefined && { secureServerName: settings.domain.origin }),
    });
    const authorizer = new HttpJwtAuthorizer('Tokens', tokens.issuer, {
      jwtAudience: [tokens.clientId],
      identitySource: ['$request.header.Authorization'],
    });
    this.api.addRoutes({
      path: '/{proxy+}',
      methods: [HttpMethod.ANY],
      integration,
      authorizer,
      authorizationScopes: [ACCESS_SCOPE],
    });
    for (const { path, why } of OPEN_ROUTES) {
      const routes = this.api.addRoutes({
        path,
        methods: [HttpMethod.GET],
        integration,
        authorizer: new HttpNoneAuthorizer(),
      });
      for (const route of routes) explain(route, 'APIG4', why);
    }
    const byReports = new FunctionByName('Reports', reports, TIMEOUT);
    for (const path of REPORT_ROUTES) {
      this.api.addRoutes({
        path,
        methods: [HttpMethod.ANY],
        integration: byReports,
        authorizer,
        authorizationScopes: [ACCESS_SCOPE],
      });
    }
    const links = this.api.addRoutes({
      path: LINK_ROUTE.replace('ANY ', ''),
      methods: [HttpMethod.ANY],
      integration: byReports,
      authorizer: new HttpNoneAuthorizer(),
    });
    for (const route of links) {
      explain(route, 'APIG4', 'who has a mail has no account; its link is signed, and ends');
    }
    const names = settings.domain;
    const domain = names && customDomain(this, 'Domain', names, names.api);
    this.#expiry = domain === undefined ? [] : [domain.alarm];
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: settings.httpThrottle.rate, burstLimit: settings.httpThrottle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          logGroup(this, 'AccessLog', settings, 'orders/access'),
        ),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
      ...(domain !== undefined && { domainMapping: { domainName: domain.domainName } }),
    });
    this.#limit(LINK_ROUTE, links);
    this.setSecret = this.#secretPolicy();
    this.url = names === undefined ? this.api.apiEndpoint : `https://${names.api}`;
  }

  /** A stage takes no settings of a route that is not there yet. */
  #limit(routeKey: string, routes: readonly HttpRoute[]): void {
    const stage = this.stage.node.defaultChild;
    if (!(stage instanceof CfnStage)) throw new Error('The HTTP API has no stage');
    stage.routeSettings = {
      [routeKey]: {
        DetailedMetricsEnabled: true,
        ThrottlingRateLimit: LINK_THROTTLE.rate,
        ThrottlingBurstLimit: LINK_THROTTLE.burst,
      },
    };
    stage.node.addDependency(...routes);
  }

  /** To write a new secret into the mapping of the one integration that has it. */
  #secretPolicy(): ManagedPolicy {
    const { partition, region } = Stack.of(this);
    const [integration, ...others] = this.node
      .findAll()
      .filter((node) => node instanceof CfnIntegration)
      .filter(({ connectionType }) => connectionType === 'VPC_LINK');
    if (integration === undefined || others.length > 0) throw new Error('One leads into the VPC');
    const integrations = `arn:${partition}:apigateway:${region}::/apis/${this.api.apiId}/integrations`;
    return new ManagedPolicy(this, 'SetSecret', {
      description: 'To write a new secret into the mapping of the HTTP API',
      statements: [
        new PolicyStatement({ actions: ['apigateway:GET'], resources: [integrations] }),
        new PolicyStatement({
          actions: ['apigateway:GET', 'apigateway:PATCH'],
          resources: [`${integrations}/${integration.ref}`],
        }),
      ],
    });
  }

  get alarms(): AlarmSpec[] {
    const period = Duration.minutes(5);
    return [
      ...this.#expiry,
      {
        article: 'orders-failing',
        metric: this.stage.metricServerError({ period, statistic: 'avg' }),
        threshold: 0.01,
        periods: 3,
        badPeriods: 2,
      },
      {
        article: 'orders-slow',
        metric: this.stage.metricLatency({ period, statistic: 'p99' }),
        threshold: 1_000,
        periods: 3,
      },
    ];
  }
}

interface OrderApiProps {
  settings: StageSettings;
  network: Network;
  listener: IApplicationListener;
  tokens: TokenIssuer;
  pageOrigin: string;
  /** What proves to the order API that a request came through here. */
  gatewaySecret: string;
  /** ARN of the function that answers for reports; it need not be there yet. */
  reports: string;
}

/** As `services/http/cors.ts` has them. */
const CORS_HEADERS = {
  sent: ['Authorization', 'Content-Type', 'If-Match', 'Idempotency-Key', 'traceparent'],
  read: [
    'ETag',
    'Location',
    'X-Request-Id',
    'Ordercast-Request-Id',
    'Idempotency-Replayed',
    'Retry-After',
    'RateLimit-Limit',
    'RateLimit-Remaining',
    'RateLimit-Reset',
  ],
};

/** One line a request; no path, which may name people's orders, no query, no header. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  address: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  latency: '$context.responseLatency',
  integrationStatus: '$context.integrationStatus',
  integrationLatency: '$context.integrationLatency',
  error: '$context.error.message',
  authorizerError: '$context.authorizer.error',
};
