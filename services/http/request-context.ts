import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a request carries beside its own fields, for answers, logs and what it causes. */
export interface RequestContext {
  requestId: string;
  /** W3C trace context: the caller's, or a new one. */
  traceparent: string;
}

const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/;
/** W3C Trace Context level 1: version 00, and neither id all zeros. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

const contexts = new WeakMap<IncomingMessage, RequestContext>();

/** Takes the caller's `X-Request-Id` and `traceparent` where they are well-formed, else new ones. */
export function openContext(request: IncomingMessage, newRequestId: () => string): RequestContext {
  const requestId = request.headers['x-request-id'];
  const traceparent = request.headers.traceparent;
  const context = {
    requestId:
      typeof requestId === 'string' && REQUEST_ID.test(requestId) ? requestId : newRequestId(),
    traceparent:
      typeof traceparent === 'string' && TRACEPARENT.test(traceparent)
        ? traceparent
        : newTraceparent(),
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
