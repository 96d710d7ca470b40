import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayConnection } from './gateway-connection.ts';
import { isConnectionId } from './gateway-id.ts';
import { pathOf } from './handshake-request.ts';
import type { GatewayLimits } from './gateway-limits.ts';

export interface ManagementApiOptions {
  stage: string;
  limits: Pick<GatewayLimits, 'messageBytes'>;
  /** The connection of an id; undefined before `$connect` returned, and after the end. */
  find: (connectionId: string) => GatewayConnection | undefined;
  disconnect: (connection: GatewayConnection) => void;
  /** The account's throttle. */
  take: () => boolean;
  /** Stands for the caller's `execute-api:ManageConnections` right. */
  mayManage: (request: IncomingMessage) => boolean;
  /** Epoch ms. */
  clock: () => number;
  makeId: () => string;
}

/**
 * The `@connections` API: POST sends a text message, GET tells of the connection, DELETE ends it.
 * Returns a function that is true where the request was for it; it then answers by itself.
 * Payloads above the frame limit go out in several frames of one message. AWS says nothing of a
 * payload that is no UTF-8: here its bad bytes become U+FFFD, for a client would have to fail.
 */
export function createManagementApi(options: ManagementApiOptions) {
  const { limits, find, disconnect, take, mayManage, clock, makeId } = options;
  const prefixes = [`/${options.stage}/@connections`, `/${options.stage}/%40connections`];

  function answer(response: ServerResponse, status: number, body = '', errorType?: string): void {
    if (response.destroyed) return;
    response.writeHead(status, {
      'Content-Type': 'application/json',
      ...(status !== 204 && { 'Content-Length': Buffer.byteLength(body) }),
      'x-amzn-RequestId': makeId(),
      ...(errorType !== undefined && { 'x-amzn-ErrorType': errorType }),
    });
    response.end(body);
  }

  function refuse(response: ServerResponse, [status, errorType, message]: Refusal): void {
    answer(response, status, JSON.stringify({ message }), errorType);
  }

  function send(connectionId: string, chunks: readonly Buffer[], bytes: number): Refusal | null {
    if (bytes > limits.messageBytes) return TOO_LARGE;
    const connection = find(connectionId);
    if (!connection) return GONE;
    const [only] = chunks;
    const payload = only && chunks.length === 1 ? only : Buffer.concat(chunks, bytes);
    const text = isUtf8(payload) ? payload : Buffer.from(payload.toString());
    return connection.send(text, clock()) ? null : SLOW;
  }

  function post(request: IncomingMessage, response: ServerResponse, connectionId: string): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // Beyond the limit the rest is read to the end and dropped: the caller can then hear of it.
      if (bytes <= limits.messageBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => {
      const refusal = send(connectionId, chunks, bytes);
      if (refusal) refuse(response, refusal);
      else answer(response, 200);
    });
  }

  function call(request: IncomingMessage, response: ServerResponse, connectionId: string): void {
    const connection = find(connectionId);
    if (request.method === 'POST') {
      post(request, response, connectionId);
    } else if (!connection) {
      refuse(response, GONE);
    } else if (request.method === 'GET') {
      answer(response, 200, describe(connection));
    } else {
      disconnect(connection);
      answer(response, 204);
    }
  }

  function refusalOf(request: IncomingMessage, connectionId: string): Refusal | null {
    if (!take()) return THROTTLED;
    if (!METHODS.has(request.method ?? '') || !mayManage(request)) return NOT_ALLOWED;
    return isConnectionId(connectionId) ? null : malformed(connectionId);
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const path = pathOf(request);
    const prefix = prefixes.find((one) => path === one || path.startsWith(`${one}/`));
    if (prefix === undefined) return false;
    const connectionId = decode(path.slice(prefix.length + 1));
    const refusal = refusalOf(request, connectionId);
    if (refusal || request.method !== 'POST') request.resume();
    if (refusal) refuse(response, refusal);
    else call(request, response, connectionId);
    return true;
  };
}

const METHODS = new Set(['GET', 'POST', 'DELETE']);

type Refusal = readonly [status: number, errorType: string, message: string | null];

const THROTTLED: Refusal = [429, 'LimitExceededException', 'Too Many Requests'];
const SLOW: Refusal = [429, 'LimitExceededException', "The client's buffer is full"];
const NOT_ALLOWED: Refusal = [403, 'ForbiddenException', 'Forbidden'];
const TOO_LARGE: Refusal = [413, 'PayloadTooLargeException', 'Payload too large'];
/** For an id that never was, too (localstack issue 4694). */
const GONE: Refusal = [410, 'GoneException', null];

function malformed(connectionId: string): Refusal {
  return [400, 'BadRequestException', `Invalid connectionId: ${connectionId}`];
}

function describe({ connectedAt, lastActiveAt, identity }: GatewayConnection): string {
  return JSON.stringify({
    connectedAt: new Date(connectedAt).toISOString(),
    identity: { sourceIp: identity.sourceIp, userAgent: identity.userAgent ?? '' },
    lastActiveAt: new Date(lastActiveAt).toISOString(),
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
