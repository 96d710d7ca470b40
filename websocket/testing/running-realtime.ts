import type { CloudEvent } from '@ordercast/protocol/cloud-event.ts';
import type { ServerMessage } from '@ordercast/protocol/server-message.ts';
import { serverMessageSchema } from '@ordercast/protocol/server-message.ts';
import type { ClientOptions } from 'ws';
import type { RunningDynamoDb } from './running-dynamodb.ts';
import { startDynalite } from './running-dynamodb.ts';
import { testPolicy } from './test-policy.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { GatewayLimits } from '@ordercast/emulators/api-gateway/gateway-limits.ts';
import type { RunningGateway } from '@ordercast/emulators/api-gateway/testing/running-gateway.ts';
import {
  startGateway,
  TestClient,
} from '@ordercast/emulators/api-gateway/testing/running-gateway.ts';
import { CLIENT_ID } from '@ordercast/platform/testing/access-token.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import type { TestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { afterAll } from 'vitest';
import type { Realtime, RealtimeSettings } from '../realtime.ts';
import { createRealtime } from '../realtime.ts';
import { realtimeRoutes } from '../realtime-routes.ts';

export interface TestBed {
  dynamo: RunningDynamoDb;
  pool: TestUserPool;
  /** Builds one more realtime core over fresh tables, or those of the prefix. */
  realtime: (changed?: Partial<RealtimeSettings>) => Promise<Realtime>;
  /** Two cores over the same fresh tables, as two processes have them; the first is behind a proxy. */
  twoRealtimes: (
    changed?: Partial<RealtimeSettings>,
  ) => Promise<{ realtime: Realtime; other: Realtime; proxy: FaultProxy }>;
}

/** What the realtime core needs around it, each the real thing, for the specs of one file; over dynamo unless told otherwise. */
export async function startTestBed(dynamoDb?: RunningDynamoDb): Promise<TestBed> {
  const [dynamo, pool] = await Promise.all([dynamoDb ?? startDynalite(), startTestUserPool()]);
  afterAll(() => pool.close());
  const build: TestBed['realtime'] = async (changed = {}) =>
    createRealtime({
      dynamo: dynamo.connect(),
      tablePrefix: changed.tablePrefix ?? (await dynamo.freshTables()),
      issuer: pool.issuer,
      clientId: CLIENT_ID,
      policy: testPolicy(),
      allowedOrigins: ['http://localhost:8080'],
      callbackEndpoint: ({ domainName, stage }) => `http://${domainName}/${stage}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      clock: Date.now,
      random: seededRandom(1),
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      ...changed,
    });
  return {
    dynamo,
    pool,
    realtime: build,
    twoRealtimes: async (changed = {}) => {
      const tablePrefix = await dynamo.freshTables();
      const proxy = await startFaultProxy(dynamo.port);
      const [realtime, other] = await Promise.all([
        build({ tablePrefix, ...changed, dynamo: dynamo.connect(proxy.port) }),
        build({ tablePrefix, ...changed }),
      ]);
      return { realtime, other, proxy };
    },
  };
}

/** The channels that a subject's connections subscribe to. */
export async function channelsOf(realtime: Realtime, sub: string): Promise<string[]> {
  const channels: string[] = [];
  for await (const page of realtime.registry.connections({ sub })) {
    channels.push(...page.flatMap((connection) => connection.channels));
  }
  return channels;
}

/**
 * The core behind a gateway of its own, until the test that asked for it ends; `dropDisconnects` is
 * the probability that a `$disconnect` is lost.
 */
export async function serve(
  realtime: Realtime,
  limits: Partial<GatewayLimits> = {},
  dropDisconnects?: () => number,
): Promise<RunningGateway> {
  return startGateway({
    ...(dropDisconnects && { dropDisconnects }),
    ...realtimeRoutes(realtime),
    limits,
  });
}

/** A client of the protocol: sends actions and reads messages in the order they came. */
export class ProtocolClient {
  readonly #client: TestClient;
  #read = 0;

  private constructor(client: TestClient) {
    this.#client = client;
  }

  static async open(url: string, token: string, options: ClientOptions = {}) {
    const offers = ['ordercast.v1', `bearer.${token}`];
    return new ProtocolClient(await TestClient.open(url, offers, options));
  }

  get socket() {
    return this.#client.socket;
  }

  get closed() {
    return this.#client.closed;
  }

  send(message: Record<string, unknown> | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next message that has not been read yet. */
  async next(): Promise<ServerMessage> {
    const text = await this.#client.message(this.#read);
    this.#read += 1;
    return serverMessageSchema.parse(JSON.parse(text));
  }

  async ask(message: Record<string, unknown> | string): Promise<ServerMessage> {
    this.send(message);
    return this.next();
  }

  /** Subscribes, which must succeed, and returns the answer. */
  async subscribe(channel: string, since?: string) {
    const answer = await this.ask({ action: 'subscribe', id: 's', channel, since });
    if (answer.type !== 'subscribed') throw new Error(JSON.stringify(answer));
    return answer;
  }

  /** Ids of the next events, at least so many, and the numbers they came under. */
  async events(count: number): Promise<{ ids: string[]; seqs: number[] }> {
    const ids: string[] = [];
    const seqs: number[] = [];
    while (ids.length < count) {
      const message = await this.next();
      if (message.type !== 'events') continue;
      ids.push(...message.events.map((event) => event.id));
      seqs.push(...message.events.map((_, index) => message.from + index));
    }
    return { ids, seqs };
  }
}

/** An event that differs by its id, of about `padding` bytes more than its frame. */
export function anEvent(id: string, padding = 0): CloudEvent {
  return {
    specversion: '1.0',
    id,
    type: 'thing.happened',
    source: '/things',
    time: '2026-11-22T08:30:00.000Z',
    data: { padding: 'x'.repeat(padding) },
  };
}

/** Events named `<prefix>1`, `<prefix>2` and so on. */
export function someEvents(count: number, prefix = 'e', padding = 0): CloudEvent[] {
  return Array.from({ length: count }, (_, index) => anEvent(`${prefix}${index + 1}`, padding));
}
