import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isPresigned, verifyPresigned } from './presigned-url.ts';
import type { Credentials } from './presigned-url.ts';
import { readTarget } from './s3-call.ts';
import type { S3Answer, S3Call, S3Context } from './s3-call.ts';
import { S3Error } from './s3-error.ts';
import { operationOf } from './s3-operations.ts';

export interface S3HandlerOptions extends S3Context {
  credentials: Credentials;
  /** Told what was answered with 500. */
  onFault: (error: unknown) => void;
}

export interface S3Access {
  /** What stands before the bucket in the path. */
  mountedAt: string;
  /** Reading by a presigned URL is all that is let in. */
  presignedOnly: boolean;
}

/** Answers S3's HTTP in path style. A presigned URL is checked as S3 does; a signature in the headers by anybody's credentials does. */
export function createS3Handler(options: S3HandlerOptions) {
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    access: S3Access,
  ): Promise<void> => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('x-amz-request-id', requestId);
    try {
      const answer = await answerTo(options, request, access);
      await send(request, response, answer);
    } catch (error) {
      // Who has hung up hears nothing, whatever came of it.
      const hasHungUp = response.destroyed || (request.destroyed && !request.complete);
      if (hasHungUp) response.destroy();
      else if (response.headersSent) {
        options.onFault(error);
        response.destroy();
      } else {
        if (!(error instanceof S3Error)) options.onFault(error);
        const refusal = error instanceof S3Error ? error : new S3Error('InternalError');
        refuse(request, response, refusal, requestId);
      }
    }
  };
}

async function answerTo(
  options: S3HandlerOptions,
  request: IncomingMessage,
  { mountedAt, presignedOnly }: S3Access,
): Promise<S3Answer> {
  const { method = 'GET', url: target = '/', headers } = request;
  const call: S3Call = { method, request, ...readTarget(target.slice(mountedAt.length)) };
  if (isPresigned(call.query)) {
    await verifyPresigned({ method, target, headers }, options.credentials, options.clock());
  } else if (presignedOnly || !headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    throw new S3Error('AccessDenied');
  }
  if (presignedOnly && method !== 'GET' && method !== 'HEAD') throw new S3Error('AccessDenied');
  const route = operationOf(call);
  if (route === undefined) throw new S3Error('NotImplemented');
  if (!route.needsNoBucket && !options.store.index.hasBucket(call.bucket)) {
    throw new S3Error('NoSuchBucket', undefined, { BucketName: call.bucket });
  }
  return route.operation(options, call);
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status = 200, headers = {}, body = '' }: S3Answer,
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  if (typeof body !== 'string') {
    await pipeline(body, response);
    return;
  }
  if (body !== '') response.setHeader('Content-Type', 'application/xml');
  if (request.method !== 'HEAD' && status !== 204 && status !== 304) {
    response.setHeader('Content-Length', Buffer.byteLength(body));
  }
  response.end(body);
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: S3Error,
  requestId: string,
): void {
  response.writeHead(error.status, { 'Content-Type': 'application/xml' });
  response.end(request.method === 'HEAD' ? undefined : error.toXml(requestId));
}
