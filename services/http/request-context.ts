import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { currentTraceparent } from '@ordercast/platform/tracing/tracing.ts';

/** What a request carries beside its own fields, for answers, logs and what it causes. */
export interface RequestContext {
  /** Made here for this request alone; problems and the log name it. */
  requestId: string;
  /** What the caller named the request, where well-formed: others may use the same name. */
  callerRequestId: string | undefined;
  /** W3C trace context: of our span where the request is traced, which goes on with the caller's; else the caller's, or a new one. */
  traceparent: string;
  /** Template of the path, such as `/orders/:id`, once it is found: paths and queries hold people's data. */
  route: string | undefined;
  /** Where the gateway saw the caller; unknown without one. */
  clientAddress: string | undefined;
}

/** Neither `@`, which mail addresses have, nor the length of a token. */
const REQUEST_ID = /^[\w.:+/=-]{1,128}$/;
/** W3C Trace Context level 1: version 00, and neither id all zeros. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

const contexts = new WeakMap<IncomingMessage, RequestContext>();

/**
 * Gives a request an id of ours, and takes the caller's `X-Request-Id` and `traceparent` where they are
 * well-formed.
 */
export function openContext(request: IncomingMessage, newRequestId: () => string): RequestContext {
  const callerRequestId = request.headers['x-request-id'];
  const traceparent = request.headers.traceparent;
  const context: RequestContext = {
    requestId: newRequestId(),
    callerRequestId:
      typeof callerRequestId === 'string' && REQUEST_ID.test(callerRequestId)
        ? callerRequestId
        : undefined,
    traceparent:
      currentTraceparent() ??
      (typeof traceparent === 'string' && TRACEPARENT.test(traceparent)
        ? traceparent
        : newTraceparent()),
    route: undefined,
    clientAddress: undefined,
  };
  contexts.set(request, context);
  return context;
}

/** The context that {@link openContext} gave this request. */
export function contextOf(request: IncomingMessage): RequestContext {
  const context = contexts.get(request);
  if (context === undefined) throw new Error('The request has no context yet');
  return context;
}

function newTraceparent(): string {
  const bytes = randomBytes(24).toString('hex');
  return `00-${bytes.slice(0, 32)}-${bytes.slice(32)}-01`;
}
