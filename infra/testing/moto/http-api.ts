import { request as forward } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { JwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { z } from 'zod';
import type { DeployedApi, Integration, Route } from './deployed-gateways.ts';

export interface HttpApiOptions {
  api: DeployedApi;
  /** Where an integration's requests go: `http://<host>:<port>`. */
  targetOf: (integration: Integration) => Promise<string>;
  /** Where the pool of an issuer is that a template names. */
  issuerAt: (issuer: string) => string;
  /** Called before a request is passed on, which waits for it. */
  beforeRequest: (method: string, path: string) => Promise<void>;
}

export type HttpApi = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) => Promise<void>;

/**
 * Plays a deployed HTTP API: finds the route, asks its JWT authorizer, writes the integration's parameters into the
 * request and passes it on. Everything is what moto answers of the API; of CORS and throttles it knows nothing.
 */
export function createHttpApi(options: HttpApiOptions): HttpApi {
  const { api, targetOf, beforeRequest } = options;
  return async (request, response, path) => {
    const { method = 'GET' } = request;
    const [bare = path] = path.split('?');
    const route = routeOf(api.routes, method, bare);
    if (route === undefined) {
      refuse(response, 404, 'Not Found');
      return;
    }
    if (!(await mayPass(request, route, options))) {
      refuse(response, 401, 'Unauthorized');
      return;
    }
    await beforeRequest(method, bare);
    const integration = await api.integrationOf(route);
    const headers = { ...request.headers, ...headersOf(integration, request) };
    const url = `${await targetOf(integration)}${path}`;
    const passed = forward(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => refuse(response, 502, 'Bad Gateway'));
    request.pipe(passed);
  };
}

/** A route of the very path goes before one that takes any. */
function routeOf(routes: readonly Route[], method: string, path: string): Route | undefined {
  return (
    routes.find(({ RouteKey }) => RouteKey === `${method} ${path}`) ??
    routes.find(({ RouteKey }) => RouteKey === 'ANY /{proxy+}')
  );
}

/** Over HTTP, which the library's own fetcher does not speak. */
const keys = new SimpleJwksCache({
  fetcher: { fetch: async (uri) => (await fetch(uri)).arrayBuffer() },
});

const claimsSchema = z.object({
  aud: z.string().optional(),
  client_id: z.string(),
  scope: z.string().transform((text) => text.split(' ')),
});

/** "Authorizing requests with a JWT authorizer": the issuer's keys, `aud` or else `client_id`, one of the scopes. */
async function mayPass(
  request: IncomingMessage,
  route: Route,
  { api, issuerAt }: HttpApiOptions,
): Promise<boolean> {
  if (route.AuthorizationType === 'NONE') return true;
  const { IdentitySource = [], JwtConfiguration } = (await api.authorizerOf(route)) ?? {};
  const [, header = ''] = /^\$request\.header\.(.+)$/.exec(IdentitySource[0] ?? '') ?? [];
  const token = String(request.headers[header.toLowerCase()] ?? '').replace(/^Bearer /, '');
  if (JwtConfiguration === undefined) return false;
  const issuer = issuerAt(JwtConfiguration.Issuer);
  const jwksUri = `${issuer}/.well-known/jwks.json`;
  const { AuthorizationScopes: scopes } = route;
  try {
    const verifier = JwtVerifier.create({ issuer, jwksUri, audience: null }, { jwksCache: keys });
    const claims = claimsSchema.parse(await verifier.verify(token));
    return (
      JwtConfiguration.Audience.includes(claims.aud ?? claims.client_id) &&
      (scopes.length === 0 || scopes.some((one) => claims.scope.includes(one)))
    );
  } catch {
    return false;
  }
}

const OVERWRITE = 'overwrite:header.';

function headersOf({ RequestParameters }: Integration, request: IncomingMessage) {
  const values: Readonly<Record<string, string | undefined>> = {
    '$context.identity.sourceIp': request.socket.remoteAddress,
  };
  return Object.fromEntries(
    Object.entries(RequestParameters).map(([key, value]) => {
      if (!key.startsWith(OVERWRITE)) throw new Error(`The mapping ${key} is not known.`);
      const text = value.startsWith('$') ? values[value] : value;
      if (text === undefined) throw new Error(`The value ${value} is not known.`);
      return [key.slice(OVERWRITE.length).toLowerCase(), text];
    }),
  );
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ message }));
}
