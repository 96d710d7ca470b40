import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createRealtimeClient } from './client/realtime-client.ts';
import type {
  RealtimeClient,
  RealtimeClientOptions,
  RealtimeError,
  TokenReason,
} from './client/realtime-client.ts';
import { ManualTimers } from './client/testing/manual-timers.ts';
import type { Realtime } from './realtime.ts';
import { serve, someEvents, startTestBed } from './testing/running-realtime.ts';

const { pool, realtime: build } = await startTestBed();

/** Waits as short as a test wants them; the jitter stays. */
const QUICK = { backoffMinMs: 10, backoffMaxMs: 100, gapGraceMs: 50 };

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition).toBe(true);
}

function connect(
  url: string,
  token: (reason: TokenReason) => string,
  changed: Partial<RealtimeClientOptions> = {},
) {
  const errors: RealtimeError[] = [];
  const sockets = new Set<WebSocket>();
  class CuttableWebSocket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols);
      sockets.add(this);
    }
  }
  const client = createRealtimeClient({
    url,
    token: (reason) => Promise.resolve(token(reason)),
    onError: (error) => errors.push(error),
    timings: QUICK,
    WebSocket: CuttableWebSocket,
    random: seededRandom(1),
    ...changed,
  });
  onTestFinished(() => client.close());
  /** Cuts the line without a word; resolves when the client has noticed. */
  const cut = async () => {
    const noticed = Promise.withResolvers<undefined>();
    const stop = client.onState((state) => {
      if (state !== 'connected') noticed.resolve(undefined);
    });
    for (const socket of sockets) socket.terminate();
    sockets.clear();
    await noticed.promise;
    stop();
  };
  return { client, errors, cut };
}

function listen(client: RealtimeClient, channel: string) {
  const ids: string[] = [];
  const subscription = client.subscribe(channel, {
    onEvent: (event) => ids.push(event.id),
    onReload: () => ids.push('reload'),
  });
  return { ids, subscription };
}

/** Ada, subscribed to her own channel. */
async function adaListening() {
  const realtime = await build();
  const { url } = await serve(realtime);
  const connected = connect(url, () => pool.token('ada'));
  const listening = listen(connected.client, 'user/ada');
  await listening.subscription.ready;
  return { realtime, ...connected, ...listening };
}

/** When the token of a subject's only connection ends, as the server knows it; epoch ms. */
async function endOf(realtime: Realtime, sub: string): Promise<number | undefined> {
  for await (const [connection] of realtime.registry.connections({ sub })) {
    return connection?.expiresAt;
  }
  return undefined;
}

const idsOf = (count: number, prefix?: string) => someEvents(count, prefix).map(({ id }) => id);

describe('the client library over the real core', () => {
  it('gets exactly the 50 events that it missed while its socket was cut, once and in order', async () => {
    const { realtime, cut, ids, subscription } = await adaListening();
    await realtime.publish('user/ada', someEvents(3, 'before'));
    await until(() => ids.length === 3);

    await cut();
    for (const event of someEvents(50)) await realtime.publish('user/ada', [event]);
    await until(() => subscription.state === 'subscribed' && ids.length >= 53);
    await realtime.publish('user/ada', someEvents(1, 'after'));
    await until(() => ids.length >= 54);
    expect(ids).toEqual([...idsOf(3, 'before'), ...idsOf(50), 'after1']);
  });

  it('gets what takes several responses of the log in order with what is published meanwhile', async () => {
    const { realtime, cut, ids } = await adaListening();
    await cut();
    for (let part = 0; part < 15; part += 1) {
      await realtime.publish('user/ada', someEvents(100, `missed${part}-`, 2_000));
    }
    await until(() => ids.length > 0);
    for (const event of someEvents(50, 'live')) await realtime.publish('user/ada', [event]);
    await until(() => ids.length >= 1_550);
    const missed = Array.from({ length: 15 }, (_, part) => idsOf(100, `missed${part}-`)).flat();
    expect(ids).toEqual([...missed, ...idsOf(50, 'live')]);
  });

  it('sees events once and in order while they are published and its sockets are cut', async () => {
    const { realtime, cut, ids } = await adaListening();
    for (const [index, event] of someEvents(120).entries()) {
      await realtime.publish('user/ada', [event]);
      if (index % 30 === 29) await cut();
    }
    await until(() => ids.length >= 120);
    expect(ids).toEqual(idsOf(120));
  });

  it('fails clearly on a channel that its user may not read', async () => {
    const { url } = await serve(await build());
    const { client } = connect(url, () => pool.token('ada'));
    const { subscription } = listen(client, 'user/grace');
    await expect(subscription.ready).rejects.toMatchObject({ code: 'FORBIDDEN_CHANNEL' });
    expect(client.state).toBe('connected');
  });

  it('comes back with a fresh token where the gateway refuses the one it has', async () => {
    const { url } = await serve(await build());
    const reasons: TokenReason[] = [];
    const { client, errors } = connect(url, (reason) => {
      reasons.push(reason);
      return reason === 'refused' ? pool.token('ada') : 'forged.token.here';
    });
    await listen(client, 'user/ada').subscription.ready;
    expect(reasons).toEqual(['connect', 'refused']);
    expect(errors).toMatchObject([{ name: 'HandshakeFailedError' }]);
  });

  it('stays authenticated beyond the life of its token', async () => {
    let ahead = 0;
    const clock = () => realTimeMs() + ahead;
    const realtime = await build({ clock });
    const { url } = await serve(realtime);
    const timers = new ManualTimers();
    const lives = [120, 9 * 3_600];
    const { client, errors } = connect(
      url,
      () => pool.token('ada', { exp: Math.floor(realTimeMs() / 1000) + (lives.shift() ?? 0) }),
      { clock, setTimer: timers.setTimer },
    );
    const { ids, subscription } = listen(client, 'user/ada');
    await subscription.ready;
    timers.advance(120_000);
    const firstEnd = realTimeMs() + 120_000;
    await expect.poll(() => endOf(realtime, 'ada')).toBeGreaterThan(firstEnd);
    ahead = 3_600_000;
    await realtime.reap();
    await realtime.publish('user/ada', someEvents(1));
    await until(() => ids.length === 1);
    expect(client.state).toBe('connected');
    expect(errors).toEqual([]);
  });

  it('is told when its session ends, and closes where no new token helps', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const { client } = connect(url, (reason) =>
      reason === 'refused' ? 'none' : pool.token('ada'),
    );
    const { subscription } = listen(client, 'user/ada');
    await subscription.ready;
    await realtime.closeConnections('signed_out', { sub: 'ada' });
    await until(() => client.state === 'closed');
    expect(subscription.state).toBe('failed');
  });
});
