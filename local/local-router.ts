import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { WebSocketGateway } from '@ordercast/emulators/api-gateway/websocket-gateway.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { isPercentEncoded } from '@ordercast/platform/percent-encoded.ts';
import express from 'express';
import type { ErrorRequestHandler, Express, RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { Addresses } from './addresses.ts';
import type { Cognito } from '@ordercast/emulators/cognito/create-cognito.ts';
import type { LocalS3 } from '@ordercast/emulators/s3/start-s3.ts';
import type { Handle, HandleUpgrade } from './local-origin.ts';
import { S3_PATH } from './reports-cloud.ts';

interface Parts {
  addresses: Addresses;
  /** First segment of the WebSocket API's path. */
  stage: string;
  api: Express;
  /** What API Gateway sends to a function of its own: reports, their schedules and the links of their mails. */
  reportsApi: Express;
  cognito: Pick<Cognito, 'handle'>;
  gateway: Pick<WebSocketGateway, 'handleRequest' | 'handleUpgrade'>;
  s3: Pick<LocalS3, 'handlePresigned'>;
  console: Router;
  singlePageApp: RequestHandler;
  /** The page for those who came through a tunnel: it calls through the tunnel. */
  publicPageApp: RequestHandler;
  log: Pick<Logger, 'error'>;
}

const REPORTS_PATH = /^\/report(s|-schedules|-links)(\/|$)/;
const NOTHING = 'There is nothing here.';

/** Sends each request of the one origin to its part, by the first segment of the path. */
export function localRouter(parts: Parts): { handle: Handle; handleUpgrade: HandleUpgrade } {
  const pages = express()
    .disable('x-powered-by')
    .use('/api', (request, response, next) => {
      const api = REPORTS_PATH.test(request.path) ? parts.reportsApi : parts.api;
      void api(request, response, next);
    })
    .use('/console', (request, response, next) => {
      if (isPublic(request) || isCrossOrigin(request)) refusePublic(response, parts.addresses);
      else void parts.console(request, response, next);
    })
    .use((request, response, next) => {
      const page = isPublic(request) ? parts.publicPageApp : parts.singlePageApp;
      void page(request, response, next);
    })
    .use((_request, response) => sendText(response, 404, NOTHING))
    .use(answerFailure(parts.log));

  const toCognito: RequestListener = (request, response) => {
    request.url = withoutSegment(request.url ?? '/');
    void parts.cognito.handle(request, response);
  };
  const isOurs = ({ headers }: IncomingMessage) =>
    parts.addresses.originOf(headers.host) !== undefined;
  // The console and `@connections` ask for no sign-in: whoever is behind a tunnel, and a stranger's page, may not
  // use them.
  const isPublic = ({ headers }: IncomingMessage) => parts.addresses.isPublic(headers.host);
  // The console can be told something: by a page of its own alone, or a program.
  const isCrossOrigin = ({ headers: { host, origin } }: IncomingMessage) =>
    origin !== undefined && origin !== parts.addresses.originOf(host);
  const isForeign = ({ headers: { origin } }: IncomingMessage) =>
    origin !== undefined && !parts.addresses.origins.includes(origin);

  return {
    handle(request, response) {
      if (!isOurs(request)) sendText(response, 421, misdirected(request, parts.addresses));
      else if (!isReadable(request)) {
        sendText(response, 400, 'The path is not percent-encoded UTF-8.');
      } else if (firstSegment(request) === 'cognito') toCognito(request, response);
      else if (firstSegment(request) === S3_PATH) {
        if (isForeign(request)) refusePublic(response, parts.addresses);
        else sendStored(parts, request, response);
      } else if (firstSegment(request) === parts.stage) {
        if (isPublic(request) || isForeign(request)) refusePublic(response, parts.addresses);
        else callGateway(parts, request, response);
      } else pages(request, response);
    },
    handleUpgrade(request, socket, head) {
      if (isOurs(request)) parts.gateway.handleUpgrade(request, socket, head);
      else socket.end(refusedUpgrade(misdirected(request, parts.addresses)));
    },
  };
}

/** The API tells of its own requests, in problem details. Nobody else here reads a query. */
function isReadable(request: IncomingMessage): boolean {
  const [path = ''] = (request.url ?? '').split('?', 1);
  return firstSegment(request) === 'api' || isPercentEncoded(path);
}

function refusePublic(response: ServerResponse, { url }: Addresses): void {
  sendText(response, 403, `This is for the machine that Ordercast runs on: ${url}`);
}

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'text/plain',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(`${text}\n`);
}

/** What a file that cannot be sent as it was asked for comes with, such as a range beyond its end. */
const refusalSchema = z.object({
  status: z.int().min(400).max(499),
  headers: z.record(z.string(), z.string()).optional(),
});

/** Express would answer with the error's stack. */
function answerFailure(log: Parts['log']): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const refusal = refusalSchema.safeParse(error);
    if (!refusal.success) log.error({ err: error }, 'the page or the console failed');
    if (response.headersSent) response.destroy();
    else if (!refusal.success) sendText(response, 500, 'Something went wrong; the log says what.');
    else {
      const { status, headers } = refusal.data;
      sendText(response, status, status === 404 ? NOTHING : 'This cannot be had so.', headers);
    }
  };
}

function refusedUpgrade(reason: string): string {
  const text = `${reason}\n`;
  return (
    'HTTP/1.1 421 Misdirected Request\r\nContent-Type: text/plain\r\n' +
    `Content-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`
  );
}

/** What to do for whoever has a tunnel in front; the address is repeated only where it is one. */
function misdirected({ headers }: IncomingMessage, { url }: Addresses): string {
  const { host = '', 'x-forwarded-proto': forwarded } = headers;
  const scheme = forwarded === 'https' ? 'https' : 'http';
  const name = /^[a-z0-9.-]+(:\d{1,5})?$/i.test(host) ? host : 'orders.example';
  return (
    `This laptop's Ordercast answers at ${url} only. If you reach it through another address, such as a ` +
    `tunnel's, name that when you start it: npm start -- --public-url ${scheme}://${name}`
  );
}

function callGateway(
  { gateway, stage }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (gateway.handleRequest(request, response)) return;
  const text = `/${stage} is a WebSocket API: connect with the subprotocol ordercast.v1.`;
  sendText(response, 426, text, { Upgrade: 'websocket' });
}

/** Whoever has a presigned URL may have the object; on this origin nothing that it holds may run as the page's own. */
function sendStored({ s3 }: Parts, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader(
    'Content-Security-Policy',
    "script-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  );
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  void s3.handlePresigned(request, response, `/${S3_PATH}`);
}

function firstSegment({ url = '/' }: IncomingMessage): string {
  return /^\/([^/?#]*)/.exec(url)?.[1] ?? '';
}

function withoutSegment(url: string): string {
  const rest = url.replace(/^\/[^/?#]*/, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}
