import { request as sendRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startLoopbackServer } from '@ordercast/platform/loopback-server.ts';

/** What becomes of a request: it is passed on, never arrives, is carried out without an answer, or is answered with an error. */
export type S3Fate = 'pass' | 'lost' | 'unanswered' | S3Refusal;

interface S3Refusal {
  status: number;
  code: string;
  /** Of a `DeleteResult` instead of an error. */
  body?: string;
}

export interface S3Request {
  /** From 1 on. */
  count: number;
  /** Such as `CreateMultipartUpload`, as the SDK calls its command. */
  operation: string;
  path: string;
}

export interface FaultyS3 {
  endpoint: string;
  /** Those that came, in their order. */
  requests: readonly S3Request[];
  /** Decides on each request, and may wait. */
  setFault: (fault: (request: S3Request) => S3Fate | Promise<S3Fate>) => void;
  /** Called once such a request was carried out. */
  setUnanswered: (told: () => void) => void;
  /** Has lists answered in pages of so many. */
  setPageSize: (size: number) => void;
  close: () => Promise<void>;
}

/** A server before an S3 that a test has fail as it likes. */
export async function startFaultyS3(target: string): Promise<FaultyS3> {
  const requests: S3Request[] = [];
  let fault: (request: S3Request) => S3Fate | Promise<S3Fate> = () => 'pass';
  let pageSize: number | undefined;
  let onUnanswered: () => void = () => undefined;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen = { count: requests.length + 1, ...operationOf(request) };
    requests.push(seen);
    const fate = await fault(seen);
    if (fate === 'lost') request.socket.destroy();
    else if (typeof fate === 'object') refuse(request, response, fate);
    else
      await forward(
        target + inPages(request, pageSize),
        request,
        fate === 'pass' ? response : onUnanswered,
      );
  };
  const server = await startLoopbackServer((request, response) => void handle(request, response));
  return {
    endpoint: server.endpoint,
    requests,
    setFault: (next) => {
      fault = next;
    },
    setUnanswered: (told) => {
      onUnanswered = told;
    },
    setPageSize: (size) => {
      pageSize = size;
    },
    close: () => server.close(),
  };
}

function forward(
  target: string,
  request: IncomingMessage,
  answered: ServerResponse | (() => void),
): Promise<void> {
  return new Promise((resolve) => {
    const { method, headers } = request;
    const sent = sendRequest(target, { method, headers, agent: false }, (answer) => {
      if (typeof answered === 'function') {
        answer.resume();
        answer.once('end', () => {
          answered();
          request.socket.destroy();
        });
      } else {
        answered.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(answered);
      }
      answer.once('close', resolve);
    });
    // Either end may be gone: the other one then is as well.
    sent.once('error', () => {
      // It may have been answered before all of it was sent.
      if (typeof answered === 'object' && answered.headersSent) request.resume();
      else request.socket.destroy();
      resolve();
    });
    request.once('close', () => {
      if (!request.complete) sent.destroy();
    });
    request.pipe(sent);
  });
}

/** Nobody compares the signatures of headers. */
function inPages({ method, url = '' }: IncomingMessage, size: number | undefined): string {
  const list = /[?&](uploads|list-type)/.exec(url)?.[1];
  if (method !== 'GET' || size === undefined || list === undefined) return url;
  return `${url}&${list === 'uploads' ? 'max-uploads' : 'max-keys'}=${size}`;
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, code, body }: S3Refusal,
): void {
  const answer =
    body === undefined
      ? `<Error><Code>${code}</Code><Message>No</Message></Error>`
      : `<DeleteResult>${body}</DeleteResult>`;
  // After all of the request: whoever still writes when the answer comes may see a closed connection instead of it.
  request.once('end', () => {
    response.writeHead(status, { 'Content-Type': 'application/xml' });
    response.end(`<?xml version="1.0"?>${answer}`);
  });
  request.resume();
}

function operationOf({ method = '', url = '' }: IncomingMessage) {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const has = (name: string) => searchParams.has(name);
  const byMethod: Record<string, string> = {
    GET: has('uploads') ? 'ListMultipartUploads' : has('list-type') ? 'ListObjectsV2' : 'GetObject',
    PUT: has('partNumber') ? 'UploadPart' : 'PutObject',
    POST: has('uploads')
      ? 'CreateMultipartUpload'
      : has('delete')
        ? 'DeleteObjects'
        : 'CompleteMultipartUpload',
    DELETE: has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject',
    HEAD: 'HeadObject',
  };
  return { operation: byMethod[method] ?? method, path: pathname };
}
