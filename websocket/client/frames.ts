/**
 * What the server sends, checked by hand: the library ships no schema library. The types mirror
 * `@ordercast/protocol`; a spec holds the two together.
 */

/**
 * A CloudEvent 1.0 in its JSON form. What `type` and `data` may be, the application alone knows: the
 * parameters are what it promises, and nothing here checks them.
 */
export interface CloudEvent<Data = unknown, Type extends string = string> {
  specversion: '1.0';
  id: string;
  type: Type;
  source: string;
  subject?: string | undefined;
  /** ISO 8601 UTC. */
  time: string;
  datacontenttype?: 'application/json' | undefined;
  data: Data;
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
  channel?: string | undefined;
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

/** Whether a JSON value is an object. */
export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value);

type Check = (value: unknown) => boolean;

/** A check for an object with these fields; what else is in it is ignored. */
function has<Type>(checks: Record<string, Check> & { [Name in keyof Type]?: Check }) {
  return (value: unknown): value is Type =>
    isFields(value) && Object.entries(checks).every(([name, check]) => check(value[name]));
}

const isEvent = has<CloudEvent>({ id: isText, type: isText, source: isText });
const isRun = has<EventsFrame>({
  channel: isText,
  epoch: isText,
  from: isCount,
  to: isCount,
  events: Array.isArray,
});

const CHECKS = new Map<unknown, (value: unknown) => value is ServerFrame>([
  [
    'subscribed',
    has<SubscribedFrame>({
      id: isText,
      position: isText,
      recovered: (value) => typeof value === 'boolean',
    }),
  ],
  ['unsubscribed', has<UnsubscribedFrame>({ id: isText })],
  ['authenticated', has<AuthenticatedFrame>({ id: isText })],
  ['pong', has<PongFrame>({ id: isText, positions: isFields })],
  ['error', has<ErrorFrame>({ code: isText, message: isText })],
  ['closing', has<ClosingFrame>({ reason: isText, retryAfterMs: isCount })],
  [
    'events',
    (value): value is EventsFrame =>
      isRun(value) &&
      value.from >= 1 &&
      value.from <= value.to &&
      value.events.length === value.to - value.from + 1 &&
      value.events.every(isEvent),
  ],
]);

/**
 * Reads one text frame. `'unknown'` is a well-formed frame of a type that this version does not
 * know, to be ignored; `'malformed'` is anything else that is not a frame of this protocol.
 */
export function readFrame(text: unknown): ServerFrame | 'unknown' | 'malformed' {
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch {
    // Said below: undefined is no frame.
  }
  if (!isFields(value) || !isText(value.type)) return 'malformed';
  const check = CHECKS.get(value.type);
  if (check === undefined) return 'unknown';
  return check(value) ? value : 'malformed';
}
