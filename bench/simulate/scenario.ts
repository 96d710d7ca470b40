import {
  CHANNELS_A_CONNECTION,
  CONNECTION_LIFE_S,
  EVENT_BYTES,
  HANDLER_MS,
  LATENCIES,
  PING_EVERY_S,
  PRICES,
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
  /** Posts in flight at once, of all publishers and workers together. */
  concurrency: number;
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
  /** How much of each quota is used in steady state; above 1 it cannot be. */
  use: Readonly<Record<keyof Quotas, number>>;
  /** The quota that binds first as everything grows. */
  firstToBind: keyof Quotas;
}

/** Order events that are simulated: enough for a 99th percentile. */
const SIMULATED_EVENTS = 4_000;

/** What a deployment of a size does, and which quota it meets first. */
export function forecast(scenario: Scenario): Forecast {
  const load = steadyLoad(scenario);
  const { quotas } = scenario;
  const use = {
    postsPerSecond: load.postsPerSecond / quotas.postsPerSecond,
    // What steady orders leave of the bucket is what an announcement can take at once.
    postsBurst: Math.min(1, load.postsPerSecond / quotas.postsPerSecond),
    newConnectionsPerSecond:
      scenario.connections / CONNECTION_LIFE_S / quotas.newConnectionsPerSecond,
    lambdaConcurrency: (load.messagesPerSecond * HANDLER_MS) / 1000 / quotas.lambdaConcurrency,
    partitionReadUnits: load.hotReadUnits / quotas.partitionReadUnits,
    partitionWriteUnits: load.hotWriteUnits / quotas.partitionWriteUnits,
  };
  return {
    orderEvent: use.postsPerSecond < 1 ? orderEventTimes(scenario) : undefined,
    announcement: use.postsPerSecond < 1 ? announcementTimes(scenario, load) : undefined,
    reconnectAllS: scenario.connections / quotas.newConnectionsPerSecond,
    ...load,
    use,
    firstToBind: firstOf(use),
  };
}

function steadyLoad(scenario: Scenario) {
  const { connections, staff, orderEventsPerSecond, devices } = scenario;
  const staffFrames = framesPerSecond(orderEventsPerSecond);
  const postsPerSecond =
    orderEventsPerSecond * devices + staffFrames * staff + answersOf(connections);
  const messagesPerSecond = connections * (1 / PING_EVERY_S + 1 / TOKEN_LIFE_S);
  const joinsPerSecond = connections / CONNECTION_LIFE_S;
  const appends = orderEventsPerSecond + staffFrames;
  const staffRead = (staffFrames * staff * SUBSCRIPTION_BYTES) / 4096;
  const readUnitsPerSecond =
    orderEventsPerSecond + staffRead + messagesPerSecond + joinsPerSecond * CHANNELS_A_CONNECTION;
  // Event item by its size, head, and for each client what it changes of itself.
  const writeUnitsPerSecond =
    appends * (Math.ceil(EVENT_BYTES / 1024) + 1) +
    messagesPerSecond +
    joinsPerSecond * (2 + 4 * CHANNELS_A_CONNECTION);
  return {
    postsPerSecond,
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
  { connections }: Scenario,
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
    millionsAnHour(rates.messagesPerSecond) * PRICES.lambdaCallsPerMillion +
    rates.messagesPerSecond * 3600 * (HANDLER_MS / 1000) * PRICES.lambdaGb * PRICES.lambdaGbSecond
  );
}

function orderEventTimes(scenario: Scenario): Percentiles {
  const { orderEventsPerSecond, devices, staff, random } = scenario;
  const arrivals: number[] = [];
  const committed: number[] = [];
  let now = 0;
  let frameAt = 0;
  for (let event = 0; event < SIMULATED_EVENTS; event += 1) {
    now -= (Math.log(1 - random()) * 1000) / Math.max(orderEventsPerSecond, 0.01);
    const readyAt = now + drawPipeline(random);
    // One post for each of a customer's devices, and a frame of staff's channel a window.
    for (let device = 0; device < devices; device += 1) {
      arrivals.push(readyAt);
      committed.push(now);
    }
    if (readyAt < frameAt) continue;
    frameAt = readyAt + WINDOW_MS;
    for (let post = 0; post < staff; post += 1) {
      arrivals.push(readyAt);
      committed.push(now);
    }
    if (arrivals.length > 2_000_000) break;
  }
  return timesOf(arrivals, committed, scenario, 0);
}

function announcementTimes(scenario: Scenario, load: { postsPerSecond: number }): Percentiles {
  const readyAt = drawPipeline(scenario.random);
  const arrivals = new Array<number>(scenario.connections).fill(readyAt);
  return timesOf(
    arrivals,
    arrivals.map(() => 0),
    scenario,
    load.postsPerSecond,
  );
}

/** `taken` posts a second go to others meanwhile. */
function timesOf(
  arrivals: readonly number[],
  committed: readonly number[],
  { quotas, concurrency, random }: Scenario,
  taken: number,
): Percentiles {
  const order = arrivals
    .map((_arrival, index) => index)
    .sort((a, b) => (arrivals[a] ?? 0) - (arrivals[b] ?? 0));
  const sorted = Float64Array.from(order, (index) => arrivals[index] ?? 0);
  const limits = {
    perSecond: quotas.postsPerSecond - taken,
    burst: Math.max(1, quotas.postsBurst * (1 - taken / quotas.postsPerSecond)),
    concurrency,
  };
  const ends = simulatePosts(sorted, limits, () => draw(LATENCIES.postMs, random));
  const times = Float64Array.from(
    order,
    (index, place) => (ends[place] ?? 0) - (committed[index] ?? 0),
  ).sort();
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), lastMs: at(1) };
}

function drawPipeline(random: () => number): number {
  const { claimMs, appendMs, subscribersMs } = LATENCIES;
  return [claimMs, appendMs, subscribersMs].reduce((sum, ms) => sum + draw(ms, random), 0);
}

/** A log-normal around a median (Box and Muller's normal). */
function draw(medianMs: number, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return medianMs * Math.exp(LATENCIES.spread * normal);
}

function firstOf(use: Readonly<Record<keyof Quotas, number>>): keyof Quotas {
  const names: (keyof Quotas)[] = [
    'postsPerSecond',
    'newConnectionsPerSecond',
    'lambdaConcurrency',
    'partitionReadUnits',
    'partitionWriteUnits',
  ];
  return names.reduce((first, name) => (use[name] > use[first] ? name : first));
}
