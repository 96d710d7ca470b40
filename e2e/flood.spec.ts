import { once } from 'node:events';
import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import { ORDERS_CHANNEL } from '@ordercast/contract/channel.ts';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { placeOrder, signInAs } from './testing/person.ts';

let system: SystemProcess;

beforeAll(async () => {
  system = await startSystemProcess();
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
});

describe('a client that floods its connection with messages', () => {
  it('is refused and then cut, and takes nothing from the others', async () => {
    const [ada, grace, sam] = await Promise.all(
      ['ada@example.com', 'grace@example.com', 'sam@example.com'].map((email) =>
        signInAs(system.url, email),
      ),
    );
    if (!ada || !grace || !sam) throw new Error('not signed in');
    const seen: (string | undefined)[] = [];
    const watching = createRealtimeClient({
      url: sam.config.realtimeUrl,
      token: () => Promise.resolve(sam.accessToken),
    });
    const subscription = watching.subscribe(ORDERS_CHANNEL, {
      onEvent: ({ subject }) => seen.push(subject),
      onReload: () => undefined,
    });
    await subscription.ready;

    const protocols = ['ordercast.v1', `bearer.${ada.accessToken}`];
    const socket = new WebSocket(ada.config.realtimeUrl, protocols);
    const answers: string[] = [];
    socket.on('message', (data: Buffer) => answers.push(data.toString()));
    await once(socket, 'open');
    const closed = once(socket, 'close');
    for (let number = 0; number < 3000; number += 1) {
      socket.send(JSON.stringify({ action: 'ping', id: `p${number}` }));
    }
    const order = await placeOrder(grace);
    await closed;
    await expect.poll(() => seen).toContain(order.id);
    const refusals = answers.filter((answer) => answer.includes('RATE_LIMITED'));
    expect(refusals.length).toBeGreaterThan(0);
    // Bounded work for an unbounded flood: a burst is answered, some are refused, the rest is not read.
    expect(answers.length).toBeLessThan(1500);
    watching.close();
  });
});
