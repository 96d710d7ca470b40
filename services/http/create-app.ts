import { PROBLEM_MEDIA_TYPE } from '@ordercast/contract/problem.ts';
import express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express';
import { cannotServeNow } from '@ordercast/platform/database-error.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { isPercentEncoded } from '@ordercast/platform/percent-encoded.ts';
import type { Authenticate } from './authentication.ts';
import { boundInFlight } from './bound-in-flight.ts';
import { cors } from './cors.ts';
import type { GatewaySecret } from './gateway-secret.ts';
import { discardBody, readJsonBody } from './json-body.ts';
import { sendPage } from './open-page.ts';
import type { OpenPage } from './open-page.ts';
import {
  HttpProblem,
  badRequest,
  forbidden,
  internalError,
  methodNotAllowed,
  notFound,
  unavailable,
} from './problem.ts';
import { contextOf, openContext } from './request-context.ts';
import { requireGateway } from './require-gateway.ts';
import { NO_BODY } from './route.ts';
import type { Caller, Reply, Route, RouteRequest } from './route.ts';

const RETRY_AFTER_SECONDS = 2;
/** A commit whose answer was lost is among these, so a repeat must be recognisable. */
const DATABASE_AWAY =
  'The database cannot serve now. Try again soon; with the same Idempotency-Key nothing is done twice.';

interface AppSettings {
  routes: readonly Route[];
  /** Routes without a sign-in: path and answer. GET only. */
  openRoutes: Readonly<Record<string, (request: Request) => Promise<Reply>>>;
  /** Pages without a sign-in, one after the other: of two whose paths fit, the first answers. */
  openPages?: readonly OpenPage[];
  authenticate: Authenticate;
  /** What requests must carry to be served; without it they may come from anywhere. */
  gatewaySecret?: GatewaySecret | undefined;
  corsOrigins: readonly string[];
  newRequestId: () => string;
  /** While true, each answer closes its connection. */
  isDraining: () => boolean;
  /** Requests whose answers are being made at once. */
  maxInFlight: number;
  log: Logger;
}

/**
 * An Express app over a table of routes. For each request: context, gateway (403), CORS, target (400), route (404, 405), token (401),
 * role (403), body (415, 413, 400), room (503), then the route itself; whatever is thrown is answered
 * with problem details.
 */
export function createApp(settings: AppSettings): Express {
  const { routes, openRoutes, openPages = [], authenticate, corsOrigins, log } = settings;
  const takeRoom = boundInFlight(settings.maxInFlight);
  const app = express();
  app.disable('x-powered-by');
  // Entity tags here are versions of orders; Express would add hashes of bodies.
  app.set('etag', false);
  app.set('case sensitive routing', true);
  app.set('query parser', 'simple');

  app.use(startRequest(settings));
  if (settings.gatewaySecret !== undefined) app.use(requireGateway(settings.gatewaySecret));
  app.use(cors(corsOrigins));
  app.use((request, _response, next) => {
    const path = request.url.split('?', 1)[0] ?? '';
    if (!isPercentEncoded(path)) throw badRequest('The path is not percent-encoded UTF-8.');
    if (!isPercentEncoded(request.url)) throw badRequest('The query is not percent-encoded UTF-8.');
    next();
  });
  for (const [path, answer] of Object.entries(openRoutes)) {
    app
      .route(path)
      .all(noteRoute(path))
      .get(async (request, response) => send(response, await answer(request)))
      .all(refuseMethod(['GET']));
  }
  for (const page of openPages) mountPage(app, page, takeRoom);
  for (const [path, operations] of byPath(routes)) {
    const resource = app.route(path).all(noteRoute(path));
    for (const operation of operations) {
      resource[operation.method](perform(operation, authenticate, takeRoom));
    }
    resource.all(refuseMethod(operations.map(({ method }) => method.toUpperCase())));
  }
  app.use(() => {
    throw notFound('There is nothing here.');
  });
  app.use(answerProblem(log));
  return app;
}

function mountPage(app: Express, page: OpenPage, takeRoom: (response: Response) => void): void {
  const { path, get, post } = page;
  const resource = app
    .route(path)
    .all(noteRoute(path))
    .get(async (request, response) => {
      takeRoom(response);
      sendPage(response, page, await get(paramsOf(request)));
    });
  if (post !== undefined) {
    resource.post(async (request, response) => {
      await discardBody(request, response);
      takeRoom(response);
      sendPage(response, page, await post(paramsOf(request)));
    });
  }
  resource.all(refuseMethod(post === undefined ? ['GET'] : ['GET', 'POST']));
}

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  return paths;
}

/** Gives the request its context, its answer the headers that all have, and the log one line. */
function startRequest({ newRequestId, isDraining, log }: AppSettings): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const context = openContext(request, newRequestId);
    response.setHeader('X-Request-Id', context.callerRequestId ?? context.requestId);
    response.setHeader('Ordercast-Request-Id', context.requestId);
    response.setHeader('traceparent', context.traceparent);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (isDraining()) response.setHeader('Connection', 'close');
    const { method } = request;
    response.once('close', () => {
      const facts = {
        ...context,
        method,
        status: response.statusCode,
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
      };
      log.info(facts, response.writableFinished ? 'request' : 'the caller hung up');
    });
    next();
  };
}

/** Before whatever may refuse the request, so that the log names what was asked for. */
function noteRoute(path: string): RequestHandler {
  return (request, _response, next) => {
    contextOf(request).route = path;
    next();
  };
}

function perform(
  route: Route,
  authenticate: Authenticate,
  takeRoom: (response: Response) => void,
): RequestHandler {
  return async (request, response) => {
    const caller = await authenticate(request, response);
    if (!caller.roles.includes(route.access)) {
      throw forbidden(`Only ${route.access === 'admin' ? 'admins' : route.access} may do this.`);
    }
    const body = route.bodySchema === NO_BODY ? undefined : await readJsonBody(request, response);
    takeRoom(response);
    const reply = await route.handle(toRouteRequest(request, caller), {
      query: request.query,
      body,
    });
    send(response, reply);
  };
}

function toRouteRequest(request: Request, caller: Caller): RouteRequest {
  return {
    caller,
    params: paramsOf(request),
    header: (name) => request.get(name),
    baseUrl: request.baseUrl,
    traceparent: contextOf(request).traceparent,
  };
}

function paramsOf({ params }: Request): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

function send(response: Response, { status, body, headers = {} }: Reply): void {
  response.status(status).set(headers).type('application/json');
  if (status === 200 && isUnchanged(response.req, headers['ETag'])) {
    response.status(304).removeHeader('Content-Type');
    response.end();
    return;
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.set('Content-Length', String(Buffer.byteLength(text)));
  response.end(text);
}

/**
 * Whether the caller has this already, as `If-None-Match` says (RFC 9110, section 13.1.2). Express's own answer
 * is no for `Cache-Control: no-cache`, which is meant for caches and which browsers send along by themselves.
 */
function isUnchanged({ method, headers }: Request, tag: string | undefined): boolean {
  const known = headers['if-none-match'];
  if (tag === undefined || known === undefined || !['GET', 'HEAD'].includes(method)) return false;
  return known.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()));
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return (request, response) => {
    if (request.method !== 'OPTIONS') throw methodNotAllowed(request.method, allowed);
    response.status(204).set('Allow', allowed.join(', ')).end();
  };
}

function answerProblem(log: Logger): ErrorRequestHandler {
  // Express takes a handler of errors by its four parameters.
  return (error: unknown, request, response, _next) => {
    const { requestId } = contextOf(request);
    if (response.headersSent) {
      log.error({ err: error, requestId }, 'failed after the answer had begun');
      response.destroy();
      return;
    }
    const problem = toProblem(error);
    if (problem.status >= 500 && problem !== error)
      log.error({ err: error, requestId }, 'request failed');
    // Without its body read, the connection cannot carry another request.
    if (!request.complete) response.set('Connection', 'close');
    const instance = request.originalUrl.split('?')[0] ?? '/';
    response.status(problem.status).set(problem.headers).type(PROBLEM_MEDIA_TYPE);
    response.send(JSON.stringify(problem.toDocument({ instance, requestId })));
  };
}

function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (cannotServeNow(error)) return unavailable(DATABASE_AWAY, RETRY_AFTER_SECONDS);
  return internalError();
}
