import { DEFAULT_TIMINGS } from '@ordercast/client/realtime-client.ts';
import { MAX_WINDOW_MS } from '@ordercast/websocket/channel-pace.ts';
import { SENDER_LIMITS } from '@ordercast/websocket/fanout/sender.ts';

/** What the model takes for given. Each number has its source in docs/scale.md. */
export interface Quotas {
  /** POSTs to `@connections` a second, and at once, of one account and Region. */
  postsPerSecond: number;
  postsBurst: number;
  /** New connections a second of one account and Region. */
  newConnectionsPerSecond: number;
  /** Lambda functions at once. */
  lambdaConcurrency: number;
  /** Units a second of one DynamoDB partition. */
  partitionReadUnits: number;
  partitionWriteUnits: number;
}

export const DEFAULT_QUOTAS: Quotas = {
  postsPerSecond: 10_000,
  postsBurst: 5_000,
  newConnectionsPerSecond: 500,
  lambdaConcurrency: 1_000,
  partitionReadUnits: 3_000,
  partitionWriteUnits: 1_000,
};

/** Milliseconds at the median; the tail is drawn as a log-normal of this spread. */
export const LATENCIES = {
  /** The relay finds a committed row: it polls every 5 ms while events come. */
  claimMs: 5,
  /** Event item and head: two conditional writes one after the other. */
  appendMs: 12,
  /** The first page of subscribers, read consistently. */
  subscribersMs: 6,
  postMs: 15,
  /** One call puts ten messages into the queue; eight calls run at once. */
  queueMs: 15,
  /** From there to the worker that has it. */
  receiveMs: 25,
  spread: 0.6,
} as const;

/** The client's message handler, of which each answers one message. */
export const HANDLER_MS = 40;
/** A client pings this often, and renews its token this often. */
export const PING_EVERY_S = DEFAULT_TIMINGS.pingEveryMs / 1000;
export const TOKEN_LIFE_S = 3_600;
/** API Gateway ends a connection after two hours; clients replace it before, on average at this age. */
export const CONNECTION_LIFE_S =
  (DEFAULT_TIMINGS.renewAfterMinMs + DEFAULT_TIMINGS.renewAfterMaxMs) / 2 / 1000;
/** Posts in flight of one publishing process. */
export const POSTS_IN_FLIGHT = SENDER_LIMITS.concurrency;
/** CPU of one post, with all that a fan-out does: the publisher's in `npm run bench -- bad-clients`. */
export const POST_CPU_MS = 0.36;
/** Messages that one call to SQS takes, and calls under way at once. */
export const QUEUE_CALLS_AT_ONCE = 8;
export const MESSAGES_A_CALL = 10;
/** A repeat after a 429 or a failure waits about this long. */
export const RETRY_MS = 10;
/** `user/<sub>` and `announcements`. */
export const CHANNELS_A_CONNECTION = 2;
export const SUBSCRIPTION_BYTES = 180;
export const EVENT_BYTES = 700;
/** The window of a channel on which events keep coming. */
export const WINDOW_MS = MAX_WINDOW_MS;

/** US dollars in us-east-1. */
export const PRICES = {
  postsPerMillion: 1,
  connectionMinutesPerMillion: 0.25,
  readUnitsPerMillion: 0.125,
  writeUnitsPerMillion: 0.625,
  queueCallsPerMillion: 0.4,
  lambdaCallsPerMillion: 0.2,
  lambdaGbSecond: 0.0000166667,
  lambdaGb: 0.256,
} as const;
