import { isUtf8 } from 'node:buffer';
import { parse } from 'content-type';
import express, { raw } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { badRequest, contentTooLarge, unsupportedMediaType } from './problem.ts';

/** The most bytes of a request body (64 KB). */
export const MAX_BODY_BYTES = 64 * 1024;

/** JSON is UTF-8 (RFC 8259, section 8.1); a charset may say so, by either of its usual names. */
const CHARSETS: readonly (string | undefined)[] = [undefined, 'utf-8', 'utf8'];

const readJson: RequestHandler = express.json({
  limit: MAX_BODY_BYTES,
  strict: false,
  // A compressed body of 64 KB can unfold into very much more.
  inflate: false,
  type: () => true,
  // What is no UTF-8 would be read as something else than was sent.
  verify: (_request, _response, body) => {
    if (!isUtf8(body)) throw new TypeError('not UTF-8');
  },
});

const readRaw: RequestHandler = raw({
  limit: MAX_BODY_BYTES,
  inflate: false,
  type: () => true,
});

/** Reads the body of a form to its end, for what it says matters not. Too long a body is a 413 problem. */
export async function discardBody(request: Request, response: Response): Promise<void> {
  await readBy(readRaw, request, response);
}

/**
 * Reads the JSON body of a request. Another media type, charset or encoding is a 415 problem, too
 * long a body 413, and what is not JSON 400.
 */
export async function readJsonBody(request: Request, response: Response): Promise<unknown> {
  // Parameters that we do not know mean nothing to us, and are the sender's to send.
  const { type, parameters } = parse(request.headers['content-type'] ?? '');
  if (type !== 'application/json') {
    throw unsupportedMediaType('Send the body as Content-Type: application/json.');
  }
  if (!CHARSETS.includes(parameters.charset?.toLowerCase())) {
    throw unsupportedMediaType('Send the body in UTF-8: JSON has no other charset.');
  }
  await readBy(readJson, request, response);
  const body: unknown = request.body;
  if (body === undefined) throw badRequest('The body is empty; JSON is expected.');
  return body;
}

function readBy(reader: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void reader(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(toProblem(error, request.complete));
    });
  });
}

/** body-parser names each failure in the error's `type`; `isComplete` is whether all was received. */
function toProblem(error: unknown, isComplete: boolean): Error {
  const failure = error instanceof Error ? error : new Error(String(error));
  switch ('type' in failure ? failure.type : undefined) {
    case 'entity.too.large':
      return contentTooLarge(MAX_BODY_BYTES);
    case 'encoding.unsupported':
      return unsupportedMediaType('Send the body without a Content-Encoding.');
    case 'entity.verify.failed':
      return badRequest('The body is not UTF-8.');
    case 'entity.parse.failed':
      return badRequest('The body is not valid JSON.');
    default:
      // However that shows, whoever sends has hung up; nobody hears this.
      return isComplete ? failure : badRequest('The body ended before its announced length.');
  }
}
