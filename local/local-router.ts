import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { WebSocketGateway } from '@ordercast/emulators/api-gateway/websocket-gateway.ts';
import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import type { Addresses } from './addresses.ts';
import type { Cognito } from '@ordercast/emulators/cognito/create-cognito.ts';
import type { Handle, HandleUpgrade } from './local-origin.ts';

interface Parts {
  addresses: Addresses;
  /** First segment of the WebSocket API's path. */
  stage: string;
  api: Express;
  cognito: Pick<Cognito, 'handle'>;
  gateway: Pick<WebSocketGateway, 'handleRequest' | 'handleUpgrade'>;
  console: Router;
  singlePageApp: RequestHandler;
  /** The page for those who came through a tunnel: it calls through the tunnel. */
  publicPageApp: RequestHandler;
}

/** Sends each request of the one origin to its part, by the first segment of the path. */
export function localRouter(parts: Parts): { handle: Handle; handleUpgrade: HandleUpgrade } {
  const pages = express()
    .disable('x-powered-by')
    .use('/api', parts.api)
    .use('/console', (request, response, next) => {
      if (isPublic(request)) refusePublic(response, parts.addresses);
      else void parts.console(request, response, next);
    })
    .use((request, response, next) => {
      const page = isPublic(request) ? parts.publicPageApp : parts.singlePageApp;
      void page(request, response, next);
    });

  const toCognito: RequestListener = (request, response) => {
    request.url = withoutSegment(request.url ?? '/');
    void parts.cognito.handle(request, response);
  };
  const isOurs = ({ headers }: IncomingMessage) =>
    parts.addresses.originOf(headers.host) !== undefined;
  // The console and `@connections` ask for no sign-in: whoever is behind a tunnel may not use them.
  const isPublic = ({ headers }: IncomingMessage) => parts.addresses.isPublic(headers.host);

  return {
    handle(request, response) {
      if (!isOurs(request)) refuseHost(request, response, parts.addresses);
      else if (firstSegment(request) === 'cognito') toCognito(request, response);
      else if (firstSegment(request) === parts.stage) {
        if (isPublic(request)) refusePublic(response, parts.addresses);
        else callGateway(parts, request, response);
      } else pages(request, response);
    },
    handleUpgrade(request, socket, head) {
      if (isOurs(request)) parts.gateway.handleUpgrade(request, socket, head);
      else socket.end(refusedUpgrade(misdirected(request, parts.addresses)));
    },
  };
}

function refusePublic(response: ServerResponse, { url }: Addresses): void {
  response.writeHead(403, { 'Content-Type': 'text/plain' });
  response.end(`This is for the machine that Ordercast runs on: ${url}\n`);
}

function refusedUpgrade(text: string): string {
  return (
    'HTTP/1.1 421 Misdirected Request\r\nContent-Type: text/plain\r\n' +
    `Content-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`
  );
}

function refuseHost(
  request: IncomingMessage,
  response: ServerResponse,
  addresses: Addresses,
): void {
  response.writeHead(421, { 'Content-Type': 'text/plain' });
  response.end(misdirected(request, addresses));
}

/** What to do for whoever has a tunnel in front; the address is repeated only where it is one. */
function misdirected({ headers }: IncomingMessage, { url }: Addresses): string {
  const { host = '', 'x-forwarded-proto': forwarded } = headers;
  const scheme = forwarded === 'https' ? 'https' : 'http';
  const name = /^[a-z0-9.-]+(:\d{1,5})?$/i.test(host) ? host : 'orders.example';
  return (
    `This laptop's Ordercast answers at ${url} only. If you reach it through another address, such as a ` +
    `tunnel's, name that when you start it: npm start -- --public-url ${scheme}://${name}\n`
  );
}

function callGateway(
  { gateway, stage }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (gateway.handleRequest(request, response)) return;
  response.writeHead(426, { 'Content-Type': 'text/plain', Upgrade: 'websocket' });
  response.end(`/${stage} is a WebSocket API: connect with the subprotocol ordercast.v1.\n`);
}

function firstSegment({ url = '/' }: IncomingMessage): string {
  return /^\/([^/?#]*)/.exec(url)?.[1] ?? '';
}

function withoutSegment(url: string): string {
  const rest = url.replace(/^\/[^/?#]*/, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}
