import type { IncomingMessage } from 'node:http';
import type { Identity } from './gateway-event.ts';

/** Headers of one hop, which end at the gateway. */
const HOP_HEADERS = new Set(['connection', 'upgrade', 'keep-alive', 'transfer-encoding']);

interface Headers {
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
}

/**
 * The handshake's headers as an event holds them: named as the client wrote them, the last value in
 * `headers` and all in `multiValueHeaders`, with the forwarding headers that API Gateway adds.
 */
export function headersOf(request: IncomingMessage): Headers {
  const values = new Map<string, string[]>();
  const { rawHeaders, socket } = request;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!HOP_HEADERS.has(name.toLowerCase())) append(values, name, rawHeaders[index + 1] ?? '');
  }
  values.set('X-Forwarded-For', [identityOf(request).sourceIp]);
  values.set('X-Forwarded-Port', [String(socket.localPort ?? '')]);
  values.set('X-Forwarded-Proto', ['encrypted' in socket ? 'https' : 'http']);
  return { headers: lastOf(values), multiValueHeaders: Object.fromEntries(values) };
}

interface Query {
  queryStringParameters: Record<string, string>;
  multiValueQueryStringParameters: Record<string, string[]>;
}

/** The decoded query string; undefined where there is none, as events then lack the fields. */
export function queryOf(request: IncomingMessage): Query | undefined {
  const [, search = ''] = (request.url ?? '').split('?', 2);
  if (search === '') return undefined;
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(search)) append(values, name, value);
  return {
    queryStringParameters: lastOf(values),
    multiValueQueryStringParameters: Object.fromEntries(values),
  };
}

/** The peer's address (IPv4 where it came mapped into IPv6) and what it calls itself. */
export function identityOf(request: IncomingMessage): Identity {
  const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const userAgent = request.headers['user-agent'];
  return userAgent === undefined ? { sourceIp } : { userAgent, sourceIp };
}

/** The path without the query string. */
export function pathOf(request: IncomingMessage): string {
  const [path = ''] = (request.url ?? '').split('?', 1);
  return path;
}

function append(values: Map<string, string[]>, name: string, value: string): void {
  const earlier = values.get(name);
  if (earlier) earlier.push(value);
  else values.set(name, [value]);
}

function lastOf(values: Map<string, string[]>): Record<string, string> {
  return Object.fromEntries(Array.from(values, ([name, all]) => [name, all.at(-1) ?? '']));
}
