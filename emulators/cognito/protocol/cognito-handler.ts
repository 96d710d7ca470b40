import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { adminOperations, publicOperations } from '../operations.ts';
import type { Pool } from '../pool.ts';
import { CognitoError } from './cognito-error.ts';
import type { Operation } from './operation.ts';

const MAX_BODY_BYTES = 131_072;
const EXPOSED_HEADERS = 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date';

export interface CognitoHandlerOptions {
  pool: Pool;
  log: Pick<Logger, 'info' | 'error'>;
  /** Origins whose pages may call; programs, which send no `Origin`, may too. */
  origins: ReadonlySet<string>;
  /** Whether a request may make the administrators' calls, which AWS has signed. */
  mayAdminister: (request: IncomingMessage) => boolean;
}

/**
 * Answers Cognito's HTTP: AWS JSON 1.1 by POST, the pool's documents by GET. It reads the body
 * itself, so no body parser may run before it. Logged are names and times, never a body.
 */
export function createCognitoHandler({ pool, log, origins, mayAdminister }: CognitoHandlerOptions) {
  const documents = poolDocuments(pool);

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    response.setHeader('x-amzn-RequestId', requestId);
    response.setHeader('Vary', 'Origin');
    const { origin } = request.headers;
    if (origin !== undefined) {
      if (!origins.has(origin)) {
        refuse(response, 403, foreignPage(pool));
        return;
      }
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
    }
    if (request.method === 'OPTIONS') {
      preflight(request, response);
      return;
    }
    if (request.method === 'GET' || request.method === 'HEAD') {
      document(documents, request, response);
      return;
    }
    const name = String(request.headers['x-amz-target'] ?? '');
    // Any other name is whatever somebody wrote.
    const operation = isOperation(name) ? name : undefined;
    const startedAt = pool.clock();
    try {
      const run = operationOf(name, () => mayAdminister(request));
      const answer = await run(pool, await readJson(request));
      respond(response, 200, answer);
      log.info({ requestId, operation, ms: pool.clock() - startedAt }, 'cognito');
    } catch (error) {
      if (error instanceof CognitoError) {
        refuse(response, 400, error);
        const { name: refused, cause } = error;
        log.info({ requestId, operation, refused, err: cause }, 'cognito');
      } else if (!request.complete) {
        log.info({ requestId, operation }, 'the caller hung up');
      } else {
        refuse(response, 500, new CognitoError('InternalErrorException', 'Internal server error'));
        log.error({ requestId, operation, err: error }, 'cognito');
      }
    }
  };
}

function isOperation(name: string): boolean {
  return adminOperations.has(name) || publicOperations.has(name);
}

function operationOf(name: string, mayAdminister: () => boolean): Operation {
  const admin = adminOperations.get(name);
  if (admin !== undefined && !mayAdminister()) {
    throw new CognitoError(
      'AccessDeniedException',
      'Administration is for the machine that this user pool runs on.',
    );
  }
  const run = admin ?? publicOperations.get(name);
  if (run === undefined) {
    throw new CognitoError('UnknownOperationException', `Unknown operation ${name}`);
  }
  return run;
}

/** Any page that a developer visits can send requests here: none but the system's own may. */
const foreignPage = ({ settings }: Pool) =>
  new CognitoError(
    'AccessDeniedException',
    `This page may not call the user pool: open the one at ${new URL(settings.issuer).origin}.`,
  );

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) break;
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) {
    throw new CognitoError('SerializationException', 'The request is too large.');
  }
  const body = Buffer.concat(chunks);
  // A password would be kept as something else than was sent.
  if (!isUtf8(body)) throw new CognitoError('SerializationException', 'The request is not UTF-8.');
  try {
    return JSON.parse(body.toString(), withoutNull);
  } catch {
    throw new CognitoError('SerializationException', 'The request is not JSON.');
  }
}

/** Clients write null for what they leave out; in AWS JSON that is the same. */
function withoutNull(_key: string, value: unknown): unknown {
  return value === null ? undefined : value;
}

function refuse(response: ServerResponse, status: number, { name, message }: CognitoError): void {
  response.setHeader('x-amzn-ErrorType', `${name}:`);
  response.setHeader('x-amzn-ErrorMessage', message.replace(/[^\x20-\x7e]/g, '?'));
  respond(response, status, { __type: name, message });
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.setHeader('Content-Type', 'application/x-amz-json-1.1');
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(status).end(JSON.stringify(body));
}

function preflight(request: IncomingMessage, response: ServerResponse): void {
  const asked = request.headers['access-control-request-headers'];
  response.setHeader('Access-Control-Allow-Methods', 'POST, GET, HEAD');
  if (asked !== undefined) response.setHeader('Access-Control-Allow-Headers', asked);
  response.setHeader('Access-Control-Max-Age', '172800');
  response.writeHead(200).end();
}

function document(
  documents: ReadonlyMap<string, object>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = (request.url ?? '').split('?')[0] ?? '';
  for (const [end, body] of documents) {
    if (path.endsWith(end)) {
      response.setHeader('Content-Type', 'application/json');
      response.setHeader('Cache-Control', 'public, max-age=86400');
      response.writeHead(200).end(JSON.stringify(body));
      return;
    }
  }
  refuse(response, 404, new CognitoError('ResourceNotFoundException', 'Not found.'));
}

/** By the end of the path, so that it does not matter where the handler is mounted. */
function poolDocuments({ settings, signer }: Pool): ReadonlyMap<string, object> {
  const { poolId, issuer } = settings;
  return new Map<string, object>([
    [`/${poolId}/.well-known/jwks.json`, signer.jwks],
    [
      `/${poolId}/.well-known/openid-configuration`,
      {
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        id_token_signing_alg_values_supported: ['RS256'],
        subject_types_supported: ['public'],
        response_types_supported: ['code', 'token'],
        scopes_supported: ['openid', 'email', 'phone', 'profile'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      },
    ],
  ]);
}
