import {
  CHANNELS_A_CONNECTION,
  CONNECTION_LIFE_S,
  EVENT_BYTES,
  HANDLER_MS,
  LATENCIES,
  MESSAGES_A_CALL,
  PING_EVERY_S,
  POST_CPU_MS,
  POSTS_IN_FLIGHT,
  PRICES,
  QUEUE_CALLS_AT_ONCE,
  RETRY_MS,
  SUBSCRIPTION_BYTES,
  TOKEN_LIFE_S,
  WINDOW_MS,
} from './assumptions.ts';
import type { Quotas } from './assumptions.ts';
import { simulatePosts } from './post-queue.ts';

export interface Scenario {
  /** Open connections; every one subscribes to `announcements` and to its own channel. */
  connections: number;
  /** Of them, those of staff, who also subscribe to `orders`. */
  staff: number;
  /** Order events a second: placed, confirmed, packed, shipped, delivered, each counts. */
  orderEventsPerSecond: number;
  /** Connections of one customer at once. */
  devices: number;
  /** Processes of one CPU that fan broadcasts out: ECS tasks, or Lambda functions at once. */
  workers: number;
  /** Who fans out staff's channel: `BROADCAST_CHANNELS` of the relay. */
  staffBy: 'relay' | 'workers';
  /** Partitions of a broadcast channel, each a message for a worker. */
  shards: number;
  announcementsPerHour: number;
  /** Share of posts that are throttled or fail, and are made once more. */
  failing: number;
  quotas: Quotas;
  /** 0 ≤ x < 1. */
  random: () => number;
}

export interface Percentiles {
  p50Ms: number;
  p99Ms: number;
  lastMs: number;
}

export interface Forecast {
  /** From commit to a client's socket, for a customer and for staff; undefined: it never catches up. */
  orderEvent: Percentiles | undefined;
  /** One announcement to everybody, while order events go on. */
  announcement: Percentiles | undefined;
  /** All connections lost at once: until the last one is back, in seconds. */
  reconnectAllS: number;
  postsPerSecond: number;
  readUnitsPerSecond: number;
  writeUnitsPerSecond: number;
  dollarsAnHour: number;
  /** How much of each limit is used in steady state; above 1 it cannot be. */
  use: Readonly<Record<Limit, number>>;
  /** The limit that binds first as everything grows. */
  firstToBind: Limit;
}

/** The account's quotas, and the CPU of the one relay that leads. */
export type Limit = Exclude<keyof Quotas, 'postsBurst'> | 'relayCpu';

/** A consistent read of so many bytes costs one unit: DynamoDB developer guide. */
const READ_UNIT_BYTES = 4096;
/** Order events that are simulated: enough for a 99th percentile. */
const SIMULATED_EVENTS = 4_000;

/** What a deployment of a size does, and which quota it meets first. */
export function forecast(scenario: Scenario): Forecast {
  const load = steadyLoad(scenario);
  const { quotas } = scenario;
  const use = {
    postsPerSecond: load.postsPerSecond / quotas.postsPerSecond,
    relayCpu: (load.relayPostsPerSecond * POST_CPU_MS) / 1000,
    newConnectionsPerSecond:
      scenario.connections / CONNECTION_LIFE_S / quotas.newConnectionsPerSecond,
    lambdaConcurrency: (load.messagesPerSecond * HANDLER_MS) / 1000 / quotas.lambdaConcurrency,
    partitionReadUnits: load.hotReadUnits / quotas.partitionReadUnits,
    partitionWriteUnits: load.hotWriteUnits / quotas.partitionWriteUnits,
  };
  return {
    orderEvent:
      use.postsPerSecond < 1 && use.relayCpu < 1 ? orderEventTimes(scenario, load) : undefined,
    announcement: use.postsPerSecond < 1 ? announcementTimes(scenario, load) : undefined,
    reconnectAllS: scenario.connections / quotas.newConnectionsPerSecond,
    ...load,
    use,
    firstToBind: firstOf(use),
  };
}

function steadyLoad(scenario: Scenario) {
  const { connections, staff, orderEventsPerSecond, devices, failing, staffBy } = scenario;
  const staffFrames = framesPerSecond(orderEventsPerSecond);
  const toCustomers = orderEventsPerSecond * devices * (1 + failing);
  const toStaff = staffFrames * staff * (1 + failing);
  const announced = ((scenario.announcementsPerHour * connections) / 3600) * (1 + failing);
  const relayPostsPerSecond = toCustomers + (staffBy === 'relay' ? toStaff : 0);
  const postsPerSecond = toCustomers + toStaff + announced + answersOf(connections);
  const messagesPerSecond = connections * (1 / PING_EVERY_S + 1 / TOKEN_LIFE_S);
  const joinsPerSecond = connections / CONNECTION_LIFE_S;
  const appends = orderEventsPerSecond + staffFrames;
  const staffRead = (staffFrames * staff * SUBSCRIPTION_BYTES) / READ_UNIT_BYTES;
  const readUnitsPerSecond =
    orderEventsPerSecond + staffRead + messagesPerSecond + joinsPerSecond * CHANNELS_A_CONNECTION;
  // Event item by its size, head, and for each client what it changes of itself.
  const writeUnitsPerSecond =
    appends * (Math.ceil(EVENT_BYTES / 1024) + 1) +
    messagesPerSecond +
    joinsPerSecond * (2 + 4 * CHANNELS_A_CONNECTION);
  return {
    postsPerSecond,
    relayPostsPerSecond,
    messagesPerSecond,
    readUnitsPerSecond,
    writeUnitsPerSecond,
    // The partitions that all staff share: two shards of subscriptions, one log.
    hotReadUnits: staffRead / 2,
    hotWriteUnits: staffFrames * 2,
    dollarsAnHour: dollarsAnHour(scenario, {
      postsPerSecond,
      messagesPerSecond,
      readUnitsPerSecond,
      writeUnitsPerSecond,
    }),
  };
}

/** Events that keep coming share frames, one a window. */
function framesPerSecond(eventsPerSecond: number): number {
  return Math.min(eventsPerSecond, 1000 / WINDOW_MS);
}

/** Every message of a client is answered by a post. */
function answersOf(connections: number): number {
  return (
    connections * (1 / PING_EVERY_S + 1 / TOKEN_LIFE_S + CHANNELS_A_CONNECTION / CONNECTION_LIFE_S)
  );
}

function dollarsAnHour(
  { connections, announcementsPerHour, shards }: Scenario,
  rates: Record<
    'postsPerSecond' | 'messagesPerSecond' | 'readUnitsPerSecond' | 'writeUnitsPerSecond',
    number
  >,
): number {
  const millionsAnHour = (perSecond: number) => (perSecond * 3600) / 1e6;
  return (
    millionsAnHour(rates.postsPerSecond + rates.messagesPerSecond) * PRICES.postsPerMillion +
    ((connections * 60) / 1e6) * PRICES.connectionMinutesPerMillion +
    millionsAnHour(rates.readUnitsPerSecond) * PRICES.readUnitsPerMillion +
    millionsAnHour(rates.writeUnitsPerSecond) * PRICES.writeUnitsPerMillion +
    // Sent, received and deleted.
    ((announcementsPerHour * shards * 3) / 1e6) * PRICES.queueCallsPerMillion +
    millionsAnHour(rates.messagesPerSecond) * PRICES.lambdaCallsPerMillion +
    rates.messagesPerSecond * 3600 * (HANDLER_MS / 1000) * PRICES.lambdaGb * PRICES.lambdaGbSecond
  );
}

function orderEventTimes(scenario: Scenario, load: { postsPerSecond: number }): Percentiles {
  const { orderEventsPerSecond, devices, staff, staffBy, workers, random } = scenario;
  const byRelay: Post[] = [];
  const byWorkers: Post[] = [];
  const toStaff = staffBy === 'relay' ? byRelay : byWorkers;
  let now = 0;
  let frameAt = 0;
  for (let event = 0; event < SIMULATED_EVENTS; event += 1) {
    now -= (Math.log(1 - random()) * 1000) / Math.max(orderEventsPerSecond, 0.01);
    const readyAt = now + drawPipeline(random) + draw(LATENCIES.subscribersMs, random);
    // One post for each of a customer's devices, and a frame of staff's channel a window.
    for (let device = 0; device < devices; device += 1) {
      byRelay.push({ readyAt, committedAt: now });
    }
    if (readyAt < frameAt) continue;
    frameAt = readyAt + WINDOW_MS;
    const staffReadyAt = readyAt + (staffBy === 'relay' ? 0 : drawQueue(random));
    for (let post = 0; post < staff; post += 1) {
      toStaff.push({ readyAt: staffReadyAt, committedAt: now });
    }
    if (byRelay.length + byWorkers.length > 2_000_000) break;
  }
  const seconds = Math.max(now, 1) / 1000;
  const ofOthers = (posts: readonly Post[]) =>
    Math.max(0, load.postsPerSecond - posts.length / seconds);
  return percentilesOf([
    ...timesOf(byRelay, scenario, { processes: 1, taken: ofOthers(byRelay) }),
    ...timesOf(byWorkers, scenario, { processes: workers, taken: ofOthers(byWorkers) }),
  ]);
}

/** Each shard is a message; whoever works it reads its subscribers page by page, and posts. */
function announcementTimes(scenario: Scenario, load: { postsPerSecond: number }): Percentiles {
  const { connections, shards, workers, quotas, random } = scenario;
  const queuedAt = drawPipeline(random);
  const calls = Math.ceil(shards / MESSAGES_A_CALL / QUEUE_CALLS_AT_ONCE);
  const bytesPerMs = (quotas.partitionReadUnits * READ_UNIT_BYTES) / 1000;
  const posts: Post[] = [];
  for (let shard = 0; shard < shards; shard += 1) {
    let readyAt = queuedAt + drawQueue(random) + draw(LATENCIES.subscribersMs, random);
    for (let call = 1; call < calls; call += 1) readyAt += draw(LATENCIES.queueMs, random);
    const subscribers = Math.ceil((connections - shard) / shards);
    for (let index = 0; index < subscribers; index += 1) {
      const readMs = (index * SUBSCRIPTION_BYTES) / bytesPerMs;
      posts.push({ readyAt: readyAt + readMs, committedAt: 0 });
    }
  }
  const processes = Math.min(workers, shards);
  return percentilesOf(timesOf(posts, scenario, { processes, taken: load.postsPerSecond }));
}

/** When a post can be made, and when what it carries was committed, in ms. */
interface Post {
  readyAt: number;
  committedAt: number;
}

/** From commit to each connection; `taken` posts a second of the account go to others meanwhile. */
function timesOf(
  posts: readonly Post[],
  { quotas, failing, random }: Scenario,
  { processes, taken }: { processes: number; taken: number },
): Float64Array {
  const inOrder = posts.toSorted((a, b) => a.readyAt - b.readyAt);
  const arrivals = Float64Array.from(inOrder, ({ readyAt }) => readyAt);
  const ofAccount = (quotas.postsPerSecond - taken) / (1 + failing);
  const ofCpu = (processes * 1000) / POST_CPU_MS / (1 + failing);
  const burst = quotas.postsBurst * (1 - taken / quotas.postsPerSecond);
  const limits = {
    perSecond: Math.min(ofAccount, ofCpu),
    // What CPU bounds has no bucket that fills while nothing is to do.
    burst: Math.max(1, ofCpu < ofAccount ? processes : burst),
    concurrency: processes * POSTS_IN_FLIGHT,
  };
  const ends = simulatePosts(arrivals, limits, () => {
    const post = draw(LATENCIES.postMs, random);
    return random() < failing ? post + RETRY_MS + draw(LATENCIES.postMs, random) : post;
  });
  return ends.map((end, place) => end - (inOrder[place]?.committedAt ?? 0));
}

function percentilesOf(times: Iterable<number>): Percentiles {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), lastMs: at(1) };
}

/** From the publisher until a worker has the message. */
function drawQueue(random: () => number): number {
  return draw(LATENCIES.queueMs, random) + draw(LATENCIES.receiveMs, random);
}

/** From commit until the event stands in the log. */
function drawPipeline(random: () => number): number {
  const { claimMs, appendMs } = LATENCIES;
  return [claimMs, appendMs].reduce((sum, ms) => sum + draw(ms, random), 0);
}

/** A log-normal around a median (Box and Muller's normal). */
function draw(medianMs: number, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return medianMs * Math.exp(LATENCIES.spread * normal);
}

function firstOf(use: Readonly<Record<Limit, number>>): Limit {
  const names: Limit[] = [
    'postsPerSecond',
    'newConnectionsPerSecond',
    'lambdaConcurrency',
    'partitionReadUnits',
    'partitionWriteUnits',
    'relayCpu',
  ];
  return names.reduce((first, name) => (use[name] > use[first] ? name : first));
}
