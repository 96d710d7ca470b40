import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { ManualTimers } from './client/testing/manual-timers.ts';
import { MemoryWire } from './client/testing/memory-wire.ts';
import { ModelServer } from './client/testing/model-server.ts';
import type { RealtimeClient } from './client/realtime-client.ts';
import { createRealtimeClient } from './client/realtime-client.ts';
import { API_GATEWAY_LIMITS } from '@ordercast/emulators/api-gateway/gateway-limits.ts';
import { createTokenBucket } from '@ordercast/emulators/api-gateway/token-bucket.ts';

const CLIENTS = 5_000;
const STEP_MS = 20;
/** The same where nobody knocks. */
const QUIET_STEP_MS = 400;
/** What the admitted connections alone need: everybody, less the burst, at the account's rate. */
const SHORTEST_MS =
  ((CLIENTS - API_GATEWAY_LIMITS.connectsBurst) / API_GATEWAY_LIMITS.connectsPerSecond) * 1000;

/**
 * 5,000 clients lose their connections in one instant, before a gateway that takes the account's 500
 * a second. The clock is the test's own: what is looked at is who knocks when, not how fast this machine is.
 */
describe('a reconnect storm', () => {
  const timers = new ManualTimers();
  const model = new ModelServer();
  const wire = new MemoryWire(model);
  const clients: RealtimeClient[] = [];
  const received: string[][] = [];
  const handshakesMs: number[] = [];
  const tokens = { connect: 0, refused: 0, expiring: 0 };
  let stormMs = 0;
  let backMs = 0;

  const standing = () => clients.filter(({ state }) => state === 'connected').length;

  /** One step of the clock, then all that is on the wire. */
  async function step(ms = STEP_MS): Promise<void> {
    timers.advance(ms);
    for (let quiet = false; !quiet;) {
      await setImmediate();
      quiet = wire.packets.length === 0;
      for (const packet of wire.packets.splice(0)) packet.deliver();
    }
  }

  beforeAll(async () => {
    const random = seededRandom(20_261_125);
    for (let index = 0; index < CLIENTS; index += 1) {
      const ids: string[] = [];
      const client = createRealtimeClient({
        url: 'ws://model',
        token: (reason) => {
          tokens[reason] += 1;
          return Promise.resolve('token');
        },
        WebSocket: wire.WebSocket,
        setTimer: timers.setTimer,
        clock: timers.clock,
        random,
      });
      client.subscribe('announcements', {
        onEvent: (event) => ids.push(event.id),
        onReload: () => ids.push('reload'),
      });
      client.start();
      clients.push(client);
      received.push(ids);
    }
    // Longer than a connection must stand to count as stable.
    for (let ms = 0; ms < 12_000; ms += QUIET_STEP_MS) await step(QUIET_STEP_MS);
    expect(standing()).toBe(CLIENTS);
    model.publish('announcements');
    await step();

    const take = createTokenBucket({
      perSecond: API_GATEWAY_LIMITS.connectsPerSecond,
      burst: API_GATEWAY_LIMITS.connectsBurst,
      clock: timers.clock,
    });
    wire.admits = () => {
      handshakesMs.push(timers.now - stormMs);
      return take();
    };
    stormMs = timers.now;
    tokens.refused = 0;
    for (const connection of [...model.connections]) connection.end('cut');
    model.publish('announcements');
    while (standing() < CLIENTS && timers.now - stormMs < 10 * SHORTEST_MS) {
      if (timers.now - stormMs === 5_000) model.publish('announcements');
      await step();
    }
    backMs = timers.now - stormMs;
    for (let ms = 0; ms < 12_000; ms += QUIET_STEP_MS) await step(QUIET_STEP_MS);
  });

  it('is spread by jitter: the first wave fills its half second evenly', () => {
    const firstWave = handshakesMs.filter((ms) => ms <= 1_000);
    expect(firstWave).toHaveLength(CLIENTS);
    const tenths = [500, 600, 700, 800, 900].map(
      (from) => firstWave.filter((ms) => ms > from && ms <= from + 100).length,
    );
    expect(Math.min(...tenths)).toBeGreaterThan(0.8 * (CLIENTS / 5));
    expect(Math.max(...tenths)).toBeLessThan(1.2 * (CLIENTS / 5));
  });

  it('ends with everybody back, in less than three times what the quota itself takes', () => {
    expect(standing()).toBe(CLIENTS);
    expect(backMs).toBeGreaterThan(SHORTEST_MS);
    expect(backMs).toBeLessThan(3 * SHORTEST_MS);
  });

  it('costs few handshakes a client, and one new token at most', () => {
    expect(handshakesMs.length / CLIENTS).toBeLessThan(4);
    expect(tokens.refused).toBeLessThanOrEqual(CLIENTS);
  });

  it('loses nobody an event, and reloads nobody', () => {
    const ids = model.ids('announcements');
    expect(ids).toHaveLength(3);
    expect(received.filter((got) => got.join() !== ids.join())).toEqual([]);
  });
});
