/**
 * What the server sends, checked by hand: the library ships no schema library. The types mirror
 * `@ordercast/protocol`; a spec holds the two together.
 */

/** A CloudEvent 1.0 in its JSON form. `data` means something to the application alone. */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  type: string;
  source: string;
  subject?: string | undefined;
  /** ISO 8601 UTC. */
  time: string;
  datacontenttype?: 'application/json' | undefined;
  data: unknown;
}

export interface SubscribedFrame {
  type: 'subscribed';
  id: string;
  channel: string;
  position: string;
  recovered: boolean;
}
export interface UnsubscribedFrame {
  type: 'unsubscribed';
  id: string;
}
export interface AuthenticatedFrame {
  type: 'authenticated';
  id: string;
}
export interface PongFrame {
  type: 'pong';
  id: string;
  positions: Record<string, unknown>;
}
export type ServerErrorCode =
  | 'BAD_REQUEST'
  | 'UNKNOWN_ACTION'
  | 'FORBIDDEN_CHANNEL'
  | 'TOKEN_INVALID'
  | 'TOO_MANY_SUBSCRIPTIONS'
  | 'RATE_LIMITED'
  | 'INTERNAL';
export interface ErrorFrame {
  type: 'error';
  id?: string | undefined;
  code: ServerErrorCode;
  message: string;
}
/** One event for each sequence number from `from` to `to`. */
export interface EventsFrame {
  type: 'events';
  channel: string;
  epoch: string;
  from: number;
  to: number;
  events: readonly CloudEvent[];
}
export interface ClosingFrame {
  type: 'closing';
  reason: string;
  retryAfterMs: number;
}

/** A frame that answers a message of ours. */
export type AnswerFrame =
  SubscribedFrame | UnsubscribedFrame | AuthenticatedFrame | PongFrame | ErrorFrame;
export type ServerFrame = AnswerFrame | EventsFrame | ClosingFrame;

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value);

function isCloudEvent(value: unknown): value is CloudEvent {
  return isFields(value) && isText(value.id) && isText(value.type) && isText(value.source);
}

function isEvents(frame: Fields): boolean {
  const { from, to, events } = frame;
  return (
    isText(frame.channel) &&
    isText(frame.epoch) &&
    isCount(from) &&
    isCount(to) &&
    from >= 1 &&
    Array.isArray(events) &&
    events.length > 0 &&
    events.length === to - from + 1 &&
    events.every(isCloudEvent)
  );
}

const checks: Record<string, (frame: Fields) => boolean> = {
  subscribed: (frame) =>
    isText(frame.id) && isText(frame.position) && typeof frame.recovered === 'boolean',
  unsubscribed: (frame) => isText(frame.id),
  authenticated: (frame) => isText(frame.id),
  pong: (frame) => isText(frame.id) && isFields(frame.positions),
  error: (frame) => isText(frame.code) && isText(frame.message),
  events: isEvents,
  closing: (frame) => isText(frame.reason) && isCount(frame.retryAfterMs),
};

function isServerFrame(frame: Fields): frame is Fields & ServerFrame {
  return (
    isText(frame.type) && Object.hasOwn(checks, frame.type) && checks[frame.type]?.(frame) === true
  );
}

/**
 * Reads one text frame. `'unknown'` is a well-formed frame of a type that this version does not
 * know, to be ignored; `'malformed'` is anything else that is not a frame of this protocol.
 */
export function readFrame(text: unknown): ServerFrame | 'unknown' | 'malformed' {
  if (!isText(text)) return 'malformed';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'malformed';
  }
  if (!isFields(value) || !isText(value.type)) return 'malformed';
  if (isServerFrame(value)) return value;
  return Object.hasOwn(checks, value.type) ? 'malformed' : 'unknown';
}
