import { CLIENT_ADDRESS_HEADER, GATEWAY_SECRET_HEADER } from '../constructs/gateway-secret.ts';
import { ACCESS_SCOPE, LINK_ROUTE, OPEN_ROUTES } from '../constructs/order-api.ts';
import { at, listAt, resolved, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { Found, JudgedStage, Rule } from './judged-stage.ts';

/** API Gateway's most: quotas for HTTP APIs and for WebSocket APIs. */
const HTTP_TIMEOUT_MS = 30_000;
const WEBSOCKET_TIMEOUT_MS = 29_000;
/** Names of the context that an access log may hold without saying what somebody asked for or carries. */
const LOGGED =
  /^\$context\.(requestId|requestTimeEpoch|identity\.sourceIp|httpMethod|routeKey|eventType|connectionId|status|responseLatency|integrationStatus|integrationLatency|integrationErrorMessage|error\.message|error\.messageString|authorizer\.error|authorizer\.status)$/;

type Protocol = 'HTTP' | 'WEBSOCKET';

function apis(stage: JudgedStage, protocol: Protocol): Found[] {
  return resourcesOf(stage, 'AWS::ApiGatewayV2::Api').filter(
    ({ properties }) => properties['ProtocolType'] === protocol,
  );
}

/** Resources of a kind that belong to an API of the protocol. */
function partsOf(stage: JudgedStage, protocol: Protocol, kind: string): Found[] {
  const ids = apis(stage, protocol).map(({ stack, id }) => `${stack}/${id}`);
  return resourcesOf(stage, `AWS::ApiGatewayV2::${kind}`).filter(({ stack, properties }) =>
    ids.includes(textOf(resolved(stage, stack, properties['ApiId']))),
  );
}

/** The route that an HTTP API would choose: a full match before a greedy one, of these the longest. */
export function routeFor(stage: JudgedStage, method: string, path: string): Found | undefined {
  const routes = partsOf(stage, 'HTTP', 'Route');
  const byKey = (key: string) => routes.find(({ properties }) => properties['RouteKey'] === key);
  const greedy = path
    .split('/')
    .slice(0, -1)
    .map((_part, index, parts) => `ANY ${[...parts.slice(0, index + 1), '{proxy+}'].join('/')}`)
    .toReversed();
  return [`${method} ${path}`, `ANY ${path}`, ...greedy, '$default']
    .map(byKey)
    .find((route) => route !== undefined);
}

/** Where everything goes that has no other route. */
function integrationsOfOrders(stage: JudgedStage): Found[] {
  const targets = partsOf(stage, 'HTTP', 'Route')
    .filter(({ properties }) => !/\/report/.test(textOf(properties['RouteKey'])))
    .map(({ stack, properties }) => textOf(resolved(stage, stack, properties['Target'])));
  return partsOf(stage, 'HTTP', 'Integration').filter(({ stack, id }) =>
    targets.includes(`integrations/${stack}/${id}`),
  );
}

/** Whether whoever calls a route must show a token of ours with the scope. */
export function asksForToken(stage: JudgedStage, route: Found): boolean {
  const { stack, properties } = route;
  const authorizer = partsOf(stage, 'HTTP', 'Authorizer').find(
    (one) =>
      textOf(resolved(stage, stack, properties['AuthorizerId'])) === `${one.stack}/${one.id}`,
  );
  return (
    properties['AuthorizationType'] === 'JWT' &&
    authorizer?.properties['AuthorizerType'] === 'JWT' &&
    listAt(properties, 'AuthorizationScopes').includes(ACCESS_SCOPE)
  );
}

export const gatewayRules: readonly Rule[] = [
  {
    name: 'what is open is on the list of open routes, and nothing else',
    find: (stage) => {
      const listed = [...OPEN_ROUTES.map(({ path }) => `GET ${path}`), LINK_ROUTE];
      const routes = partsOf(stage, 'HTTP', 'Route');
      return [
        ...(routes.length === 0 ? ['services: the HTTP API has no routes'] : []),
        ...routes.flatMap((route) =>
          unless(
            asksForToken(stage, route) !== listed.includes(textOf(route.properties['RouteKey'])),
            route,
            `${textOf(route.properties['RouteKey'])} is open, or asks for a token against the list`,
          ),
        ),
      ];
    },
  },
  {
    name: 'tokens are those of our pool and client',
    find: (stage) =>
      partsOf(stage, 'HTTP', 'Authorizer').flatMap((found) => {
        const configuration = resolved(stage, found.stack, found.properties['JwtConfiguration']);
        return [
          ...unless(
            textOf(at(configuration, 'Issuer') ?? '').startsWith('identity/PeoplePool'),
            found,
            'takes tokens of another issuer than our pool',
          ),
          ...unless(
            listAt(configuration, 'Audience').some((one) =>
              textOf(one).startsWith('identity/PeoplePoolPage'),
            ),
            found,
            'takes tokens of other clients',
          ),
          ...unless(
            listAt(found.properties, 'IdentitySource').join() === '$request.header.Authorization',
            found,
            'looks for the token in another place',
          ),
        ];
      }),
  },
  {
    name: 'the secret and the address reach the order API, whatever the caller wrote there',
    find: (stage) =>
      integrationsOfOrders(stage).flatMap((found) => {
        const parameters = resolved(stage, found.stack, found.properties['RequestParameters']);
        const secret = textOf(at(parameters, `overwrite:header.${GATEWAY_SECRET_HEADER}`) ?? '');
        return [
          ...unless(
            /^\{\{resolve:secretsmanager:data\/GatewaySecret[^:]*:SecretString:newest::\}\}$/.test(
              secret,
            ),
            found,
            'sends no secret, or one that stands in the template',
          ),
          ...unless(
            at(parameters, `overwrite:header.${CLIENT_ADDRESS_HEADER}`) ===
              '$context.identity.sourceIp',
            found,
            "does not name the caller's address",
          ),
          ...unless(found.properties['ConnectionType'] === 'VPC_LINK', found, 'leaves the VPC'),
          ...unless(
            Number(found.properties['TimeoutInMillis']) <= HTTP_TIMEOUT_MS,
            found,
            `waits longer than an HTTP API can`,
          ),
          ...unless(
            stage.settings.domain === undefined ||
              at(found.properties, 'TlsConfig', 'ServerNameToVerify') ===
                stage.settings.domain.origin,
            found,
            "does not check the load balancer's name although the stage has one",
          ),
        ];
      }),
  },
  {
    name: 'pages of our own origin alone may call',
    find: (stage) =>
      apis(stage, 'HTTP').flatMap((found) => {
        const cors = resolved(stage, found.stack, found.properties['CorsConfiguration']);
        const origins = listAt(cors, 'AllowOrigins').map(textOf);
        return [
          ...unless(
            origins.length === 1 && !origins.includes('*'),
            found,
            `lets ${origins.join()} call`,
          ),
          ...unless(at(cors, 'AllowCredentials') !== true, found, 'lets cookies through'),
        ];
      }),
  },
  {
    name: 'the HTTP API stands on $default, so that no stage is part of a path',
    find: (stage) =>
      partsOf(stage, 'HTTP', 'Stage').flatMap((found) =>
        unless(found.properties['StageName'] === '$default', found, 'has a name'),
      ),
  },
  {
    name: 'stages deploy by themselves, limit all callers together, and limit no route that is not there',
    find: (stage) =>
      (['HTTP', 'WEBSOCKET'] as const).flatMap((protocol) => {
        const keys = partsOf(stage, protocol, 'Route').map(({ properties }) =>
          textOf(properties['RouteKey']),
        );
        return partsOf(stage, protocol, 'Stage').flatMap((found) => {
          const limits = found.properties['DefaultRouteSettings'];
          const settings = found.properties['RouteSettings'] ?? {};
          return [
            ...unless(found.properties['AutoDeploy'] === true, found, 'does not take changes over'),
            ...unless(
              Number(at(limits, 'ThrottlingRateLimit')) > 0 &&
                Number(at(limits, 'ThrottlingBurstLimit')) > 0,
              found,
              'limits nobody',
            ),
            ...Object.keys(settings).flatMap((key) =>
              unless(keys.includes(key), found, `has settings for ${key}, which is no route`),
            ),
          ];
        });
      }),
  },
  {
    name: 'access logs tell neither tokens, nor paths, nor what was sent',
    find: (stage) =>
      resourcesOf(stage, 'AWS::ApiGatewayV2::Stage').flatMap((found) => {
        const settings = found.properties['AccessLogSettings'];
        const names = textOf(at(settings, 'Format') ?? '').match(/\$context\.[\w.]+/g) ?? [];
        return [
          ...unless(
            at(settings, 'DestinationArn') !== undefined && names.length > 0,
            found,
            'keeps no log',
          ),
          ...names.flatMap((name) => unless(LOGGED.test(name), found, `logs ${name}`)),
          ...unless(
            at(found.properties, 'DefaultRouteSettings', 'DataTraceEnabled') !== true,
            found,
            'logs whole messages, tokens among them',
          ),
        ];
      }),
  },
  {
    name: 'nobody connects without the authorizer, which reads the subprotocol',
    find: (stage) => {
      const routes = partsOf(stage, 'WEBSOCKET', 'Route');
      const keys = routes.map(({ properties }) => textOf(properties['RouteKey'])).sort();
      const connect = routes.find(({ properties }) => properties['RouteKey'] === '$connect');
      return [
        ...(keys.join() === '$connect,$default,$disconnect'
          ? []
          : [`realtime: the routes are ${keys.join()}`]),
        ...(connect === undefined
          ? []
          : unless(
              connect.properties['AuthorizationType'] === 'CUSTOM',
              connect,
              'lets everybody connect',
            )),
        ...partsOf(stage, 'WEBSOCKET', 'Authorizer').flatMap((found) => [
          ...unless(
            listAt(found.properties, 'IdentitySource').join() ===
              'route.request.header.Sec-WebSocket-Protocol',
            found,
            'looks for the token in another place',
          ),
          ...unless(found.properties['AuthorizerType'] === 'REQUEST', found, 'is of another type'),
        ]),
        ...apis(stage, 'WEBSOCKET').flatMap((found) =>
          unless(
            found.properties['RouteSelectionExpression'] === '$request.body.action',
            found,
            'chooses no route by what was sent',
          ),
        ),
        ...partsOf(stage, 'WEBSOCKET', 'Integration').flatMap((found) =>
          unless(
            Number(found.properties['TimeoutInMillis'] ?? WEBSOCKET_TIMEOUT_MS) <=
              WEBSOCKET_TIMEOUT_MS,
            found,
            'waits longer than a WebSocket API can',
          ),
        ),
      ];
    },
  },
  {
    name: 'firewalls lie where they can, watch what they must, and ask in a clear order',
    find: (stage) => {
      const lists = resourcesOf(stage, 'AWS::WAFv2::WebACL');
      const guarded = resourcesOf(stage, 'AWS::WAFv2::WebACLAssociation').map(
        ({ stack, properties }) => textOf(resolved(stage, stack, properties['ResourceArn'])),
      );
      const wanted = ['services/Balancer', 'identity/PeoplePool', ':apps/identity/PageApp'];
      return [
        ...wanted
          .filter((name) => !guarded.some((arn) => arn.includes(name)))
          .map((name) => `firewall: nothing guards ${name}`),
        ...lists.flatMap((found) => {
          const priorities = listAt(found.properties, 'Rules').map((rule) => at(rule, 'Priority'));
          const isPage = found.properties['Scope'] === 'CLOUDFRONT';
          return [
            ...unless(
              isPage === (found.stack === 'firewall'),
              found,
              'lies in a Region that its scope cannot',
            ),
            ...unless(
              new Set(priorities).size === priorities.length,
              found,
              'has two rules of one priority',
            ),
            ...unless(
              listAt(found.properties, 'Rules').some((rule) =>
                at(rule, 'Statement', 'RateBasedStatement'),
              ),
              found,
              'limits nobody',
            ),
          ];
        }),
        ...lists
          .filter(({ stack }) => stack === 'services')
          .flatMap((found) =>
            listAt(found.properties, 'Rules')
              .map((rule) => at(rule, 'Statement', 'RateBasedStatement'))
              .filter((statement) => statement !== undefined)
              .flatMap((statement) =>
                unless(
                  at(statement, 'AggregateKeyType') === 'FORWARDED_IP' &&
                    at(statement, 'ForwardedIPConfig', 'HeaderName') === CLIENT_ADDRESS_HEADER &&
                    at(statement, 'ForwardedIPConfig', 'FallbackBehavior') === 'MATCH',
                  found,
                  "counts another address than the caller's",
                ),
              ),
          ),
      ];
    },
  },
];
