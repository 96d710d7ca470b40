import { onTestFinished, vi } from 'vitest';
import type {
  RealtimeClient,
  RealtimeClientOptions,
  RealtimeError,
  Subscription,
} from '../realtime-client.ts';
import { createRealtimeClient } from '../realtime-client.ts';
import { ManualTimers } from './manual-timers.ts';
import type { ModelConnection } from './model-server.ts';
import type { ServedModel } from './model-server-socket.ts';
import { serveModel } from './model-server-socket.ts';

/** Longest backoff, and longer than any grace. */
export const A_WHILE_MS = 20_000;

/** Waits until the condition holds; the limit only ends a test that would hang. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 240_000, interval: 2 });
}

/** An unsigned JWT that expires then; beside that, the library reads only when it was issued. */
export function tokenExpiringAt(epochMs: number, name = 'token', issuedMs?: number): string {
  const iat = issuedMs === undefined ? undefined : issuedMs / 1000;
  const json = JSON.stringify({ exp: epochMs / 1000, iat, name });
  const claims = Buffer.from(json).toString('base64url');
  return `e30.${claims}.sig`;
}

export interface Received {
  ids: string[];
  reloads: number;
  errors: RealtimeError[];
  subscription: Subscription;
}

export interface ClientUnderTest {
  client: RealtimeClient;
  model: ServedModel;
  timers: ManualTimers;
  errors: RealtimeError[];
  states: string[];
  /** Subscribes and notes what the callbacks get; a reload is noted among the ids, too. */
  listen: (channel: string) => Received;
  /** Moves the clock in steps until the condition holds: lets backoffs and sockets take turns. */
  waitFor: (condition: () => boolean) => Promise<void>;
  /** The one connection that the model has. */
  connection: () => ModelConnection;
  /** Cuts all sockets and waits until the client has noticed. */
  cut: () => Promise<void>;
}

/** A client with timers that a test moves, against a model on a real socket. */
export async function clientUnderTest(
  options: Partial<RealtimeClientOptions> = {},
  on?: ServedModel,
): Promise<ClientUnderTest> {
  const model = on ?? (await serveModel());
  const timers = new ManualTimers();
  const errors: RealtimeError[] = [];
  const states: string[] = [];
  const client = createRealtimeClient({
    url: model.url,
    token: () => Promise.resolve('plain-token'),
    onError: (error) => errors.push(error),
    random: () => 0.5,
    clock: timers.clock,
    setTimer: timers.setTimer,
    ...options,
  });
  client.onState((state) => states.push(state));
  onTestFinished(async () => {
    client.close();
    if (on === undefined) await model.stop();
  });
  return {
    client,
    model,
    timers,
    errors,
    states,
    listen: (channel) => listen(client, channel),
    async waitFor(condition) {
      await until(() => {
        if (condition()) return true;
        if (client.state === 'waiting') timers.advance(A_WHILE_MS);
        return false;
      });
    },
    connection() {
      const [connection, ...others] = model.server.connections;
      if (connection === undefined || others.length > 0) throw new Error('Not one connection.');
      return connection;
    },
    async cut() {
      for (const connection of model.server.connections) connection.end('cut');
      await until(() => client.state === 'waiting');
    },
  };
}

function listen(client: RealtimeClient, channel: string): Received {
  const ids: string[] = [];
  const errors: RealtimeError[] = [];
  const received: Received = {
    ids,
    errors,
    reloads: 0,
    subscription: client.subscribe(channel, {
      onEvent: (event) => ids.push(event.id),
      onReload: () => {
        received.reloads += 1;
        ids.push('reload');
      },
      onError: (error) => errors.push(error),
    }),
  };
  return received;
}
