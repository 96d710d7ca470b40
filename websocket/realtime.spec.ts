import { describe, expect, it } from 'vitest';
import { ProtocolClient, serve, someEvents, startTestBed } from './testing/running-realtime.ts';

const { pool, realtime: build } = await startTestBed();

describe('the realtime core behind a gateway', () => {
  it('delivers what is published to a subscriber, in order', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, pool.token('ada'));
    expect(client.socket.protocol).toBe('ordercast.v1');
    const { position, recovered } = await client.subscribe('user/ada');
    expect(position).toMatch(/\.0$/);
    expect(recovered).toBe(true);

    for (const event of someEvents(5)) await realtime.publish('user/ada', [event]);
    expect(await client.events(5)).toEqual({
      ids: ['e1', 'e2', 'e3', 'e4', 'e5'],
      seqs: [1, 2, 3, 4, 5],
    });
  });

  it('replays what a client missed, once and in order, after its answer', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const first = await ProtocolClient.open(url, pool.token('ada'));
    const { position } = await first.subscribe('user/ada');
    first.socket.terminate();
    for (const event of someEvents(50)) await realtime.publish('user/ada', [event]);

    const second = await ProtocolClient.open(url, pool.token('ada'));
    const answer = await second.subscribe('user/ada', position);
    expect(answer).toMatchObject({ recovered: true, position: position.replace(/0$/, '50') });
    const { ids, seqs } = await second.events(50);
    expect(ids).toEqual(someEvents(50).map(({ id }) => id));
    expect(seqs).toEqual(ids.map((_, index) => index + 1));
  });
});
