import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { WebSocketGateway } from '@ordercast/websocket/gateway/websocket-gateway.ts';
import express from 'express';
import type { Express, Router } from 'express';
import type { Cognito } from './cognito/create-cognito.ts';
import type { Handle, HandleUpgrade } from './local-origin.ts';

interface Parts {
  port: number;
  /** First segment of the WebSocket API's path. */
  stage: string;
  api: Express;
  cognito: Pick<Cognito, 'handle'>;
  gateway: Pick<WebSocketGateway, 'handleRequest' | 'handleUpgrade'>;
  console: Router;
  singlePageApp: Router;
}

/** Sends each request of the one origin to its part, by the first segment of the path. */
export function localRouter(parts: Parts): { handle: Handle; handleUpgrade: HandleUpgrade } {
  const hosts = new Set(['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${parts.port}`));
  const pages = express()
    .disable('x-powered-by')
    .use('/api', parts.api)
    .use(parts.console)
    .use(parts.singlePageApp);

  const toCognito: RequestListener = (request, response) => {
    request.url = withoutSegment(request.url ?? '/');
    void parts.cognito.handle(request, response);
  };

  return {
    handle(request, response) {
      if (!isHere(request, hosts)) refuseHost(response, parts.port);
      else if (firstSegment(request) === 'cognito') toCognito(request, response);
      else if (firstSegment(request) === parts.stage) callGateway(parts, request, response);
      else pages(request, response);
    },
    handleUpgrade(request, socket, head) {
      if (isHere(request, hosts)) parts.gateway.handleUpgrade(request, socket, head);
      else socket.end('HTTP/1.1 421 Misdirected Request\r\nConnection: close\r\n\r\n');
    },
  };
}

/** A foreign name that resolves to this machine would let a stranger's page in (DNS rebinding). */
function isHere(request: IncomingMessage, hosts: ReadonlySet<string>): boolean {
  return hosts.has((request.headers.host ?? '').toLowerCase());
}

function refuseHost(response: ServerResponse, port: number): void {
  response.writeHead(421, { 'Content-Type': 'text/plain' });
  response.end(`This laptop's Ordercast answers at http://localhost:${port} only.\n`);
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
