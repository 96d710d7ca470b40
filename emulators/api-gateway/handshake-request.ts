import type { IncomingMessage } from 'node:http';
import { isPercentEncoded } from '@ordercast/platform/percent-encoded.ts';
import type { Identity } from './gateway-event.ts';

/** What ends at the gateway: the headers of one hop, and those that only it may write. */
const OWN_HEADERS = new Set([
  'connection',
  'upgrade',
  'keep-alive',
  'transfer-encoding',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

/** What events tell of a handshake: the fields are the events' own. */
export interface HandshakeDetails {
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  /** Undefined where there is no query string, as `$connect` events then lack the fields. */
  query:
    | {
        queryStringParameters: Record<string, string>;
        multiValueQueryStringParameters: Record<string, string[]>;
      }
    | undefined;
}

/** Reads a handshake once, for both the authorizer and `$connect`. */
export function readHandshake(request: IncomingMessage): HandshakeDetails {
  return { ...headersOf(request), query: queryOf(request) };
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

/** Whether an event can hold the query string as it was meant. */
export function hasReadableQuery(request: IncomingMessage): boolean {
  return isPercentEncoded(searchOf(request));
}

/**
 * The handshake's headers as an event holds them: named as the client first wrote them, the last
 * value in `headers` and all in `multiValueHeaders`, with the forwarding headers that API Gateway
 * adds. A header's name has one spelling, so that no handler can be shown two of them.
 */
function headersOf(request: IncomingMessage): Omit<HandshakeDetails, 'query'> {
  const values = new Map<string, string[]>();
  const spellings = new Map<string, string>();
  const { rawHeaders, socket } = request;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const key = name.toLowerCase();
    if (OWN_HEADERS.has(key)) continue;
    if (!spellings.has(key)) spellings.set(key, name);
    append(values, spellings.get(key) ?? name, rawHeaders[index + 1] ?? '');
  }
  values.set('X-Forwarded-For', [identityOf(request).sourceIp]);
  values.set('X-Forwarded-Port', [String(socket.localPort ?? '')]);
  values.set('X-Forwarded-Proto', ['encrypted' in socket ? 'https' : 'http']);
  return { headers: lastOf(values), multiValueHeaders: Object.fromEntries(values) };
}

function queryOf(request: IncomingMessage): HandshakeDetails['query'] {
  const search = searchOf(request);
  if (search === '') return undefined;
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(search)) append(values, name, value);
  return {
    queryStringParameters: lastOf(values),
    multiValueQueryStringParameters: Object.fromEntries(values),
  };
}

function searchOf(request: IncomingMessage): string {
  return (request.url ?? '').slice(pathOf(request).length + 1);
}

function append(values: Map<string, string[]>, name: string, value: string): void {
  const earlier = values.get(name);
  if (earlier) earlier.push(value);
  else values.set(name, [value]);
}

function lastOf(values: Map<string, string[]>): Record<string, string> {
  return Object.fromEntries(Array.from(values, ([name, all]) => [name, all.at(-1) ?? '']));
}
