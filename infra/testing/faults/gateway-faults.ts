import { fault, has, named, pick, remove, set } from './planting.ts';
import type { PlantedFault } from './planting.ts';

const GATEWAY = 'AWS::ApiGatewayV2';

export const gatewayFaults: readonly PlantedFault[] = [
  fault(
    'a route is open',
    set(`${GATEWAY}::Route`, ['AuthorizationType'], 'NONE', has('RouteKey', 'ANY /{proxy+}')),
  ),
  fault(
    'a route asks for no scope',
    set(`${GATEWAY}::Route`, ['AuthorizationScopes'], undefined, has('RouteKey', 'ANY /{proxy+}')),
  ),
  fault(
    'a health check asks for a token',
    set(`${GATEWAY}::Route`, ['RouteKey'], 'GET /orders', has('RouteKey', 'GET /health/live')),
  ),
  fault(
    'tokens of any issuer are taken',
    set(
      `${GATEWAY}::Authorizer`,
      ['JwtConfiguration', 'Issuer'],
      undefined,
      has('AuthorizerType', 'JWT'),
    ),
  ),
  fault(
    'tokens of any client are taken',
    set(
      `${GATEWAY}::Authorizer`,
      ['JwtConfiguration', 'Audience'],
      ['other'],
      has('AuthorizerType', 'JWT'),
    ),
  ),
  fault(
    'the gateway sends no secret',
    set(
      `${GATEWAY}::Integration`,
      ['RequestParameters', 'overwrite:header.Ordercast-Gateway-Secret'],
      undefined,
      named('Orders'),
    ),
  ),
  fault(
    'the secret stands in the template',
    set(
      `${GATEWAY}::Integration`,
      ['RequestParameters', 'overwrite:header.Ordercast-Gateway-Secret'],
      'hunter2',
      named('Orders'),
    ),
  ),
  fault(
    'a caller names their own address',
    set(
      `${GATEWAY}::Integration`,
      ['RequestParameters', 'overwrite:header.Ordercast-Client-Address'],
      '$request.header.X-Forwarded-For',
      named('Orders'),
    ),
  ),
  fault(
    'the gateway waits longer than it can',
    set(`${GATEWAY}::Integration`, ['TimeoutInMillis'], 31_000, named('Orders')),
  ),
  fault(
    "the balancer's name is not checked",
    set(`${GATEWAY}::Integration`, ['TlsConfig'], undefined, named('Orders')),
    'prod',
  ),
  fault(
    'every page may call',
    set(
      `${GATEWAY}::Api`,
      ['CorsConfiguration', 'AllowOrigins'],
      ['*'],
      has('ProtocolType', 'HTTP'),
    ),
  ),
  fault(
    'the HTTP API has a stage with a name',
    set(`${GATEWAY}::Stage`, ['StageName'], 'v1', has('StageName', '$default')),
  ),
  fault(
    'a route that is not there is limited',
    set(
      `${GATEWAY}::Stage`,
      ['RouteSettings'],
      { 'GET /nowhere': { ThrottlingRateLimit: 1 } },
      has('StageName', '$default'),
    ),
  ),
  fault(
    'nobody is limited',
    set(
      `${GATEWAY}::Stage`,
      ['DefaultRouteSettings', 'ThrottlingRateLimit'],
      undefined,
      has('StageName', 'v1'),
    ),
  ),
  fault(
    'tokens are logged',
    set(
      `${GATEWAY}::Stage`,
      ['AccessLogSettings', 'Format'],
      '{"token":"$context.authorizer.token"}',
      has('StageName', 'v1'),
    ),
  ),
  fault(
    'paths are logged',
    set(
      `${GATEWAY}::Stage`,
      ['AccessLogSettings', 'Format'],
      '{"path":"$context.path"}',
      has('StageName', '$default'),
    ),
  ),
  fault(
    'whole messages are logged',
    set(
      `${GATEWAY}::Stage`,
      ['DefaultRouteSettings', 'DataTraceEnabled'],
      true,
      has('StageName', 'v1'),
    ),
  ),
  fault(
    'everybody may connect',
    set(`${GATEWAY}::Route`, ['AuthorizationType'], 'NONE', has('RouteKey', '$connect')),
  ),
  fault(
    'the token is looked for as HTTP APIs do',
    set(
      `${GATEWAY}::Authorizer`,
      ['IdentitySource'],
      ['$request.header.Authorization'],
      has('AuthorizerType', 'REQUEST'),
    ),
  ),
  fault(
    'no route is chosen',
    set(
      `${GATEWAY}::Api`,
      ['RouteSelectionExpression'],
      undefined,
      has('ProtocolType', 'WEBSOCKET'),
    ),
  ),
  fault(
    'the handler may run longer than the gateway waits',
    set('AWS::Lambda::Function', ['Timeout'], 60, has('Handler', 'lambda.message')),
  ),
  fault("the page's firewall lies elsewhere", (stage) => {
    const { id } = pick(stage, 'AWS::WAFv2::WebACL', has('Scope', 'CLOUDFRONT'));
    const moved = stage.stacks['firewall']?.Resources[id];
    if (moved !== undefined && stage.stacks['web'] !== undefined)
      stage.stacks['web'].Resources[id] = moved;
    delete stage.stacks['firewall']?.Resources[id];
  }),
  fault('two rules have one priority', set('AWS::WAFv2::WebACL', ['Rules', 1, 'Priority'], 0)),
  fault(
    "callers are counted by the link's address",
    set(
      'AWS::WAFv2::WebACL',
      ['Rules', 0, 'Statement', 'RateBasedStatement', 'AggregateKeyType'],
      'IP',
      named('BalancerFirewall'),
    ),
  ),
  fault(
    'the balancer has no firewall',
    remove('AWS::WAFv2::WebACLAssociation', named('FirewallOfBalancer')),
  ),
];
