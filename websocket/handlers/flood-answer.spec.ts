import { describe, expect, it } from 'vitest';
import type { SendResult } from '../fanout/sender.ts';
import { createFloodAnswer } from './flood-answer.ts';

const CONTEXT = {
  connectionId: 'one',
  requestId: 'request',
  domainName: 'gateway.example',
  stage: 'realtime',
};

/** Posts are held until the test answers them; the closes are counted. */
function flooded() {
  const posts: { frame: string; answer: (result: SendResult) => void }[] = [];
  let closes = 0;
  const answer = createFloodAnswer({
    sender: {
      send: (_endpoint, _connectionId, frame) =>
        new Promise((resolve) => posts.push({ frame, answer: resolve })),
      close: () => {
        closes += 1;
        return Promise.resolve();
      },
    },
    callbackEndpoint: ({ domainName, stage }) => `https://${domainName}/${stage}`,
    text: 'At most 2 messages a minute.',
  });
  const say = (verdict: 'refuse' | 'close' | 'ignore') =>
    answer(verdict, '{"action":"ping","id":"p"}', CONTEXT);
  return { posts, say, closes: () => closes };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a flood', () => {
  it('hears why before it is cut, and is cut while other refusals are still on their way', async () => {
    const { posts, say, closes } = flooded();
    void say('refuse');
    void say('refuse');
    const cut = say('close');
    await settled();
    expect(posts.map(({ frame }): unknown => JSON.parse(frame))).toEqual(
      Array.from({ length: 2 }, () => ({
        type: 'error',
        id: 'p',
        code: 'RATE_LIMITED',
        message: 'At most 2 messages a minute.',
      })),
    );
    expect(closes()).toBe(0);
    posts[0]?.answer('delivered');
    await cut;
    expect(closes()).toBe(1);
  });

  it('is cut at once where it has heard why already', async () => {
    const { posts, say, closes } = flooded();
    const told = say('refuse');
    posts[0]?.answer('skipped');
    await told;
    await say('close');
    expect(closes()).toBe(1);
  });

  it('costs nothing more once its end is under way', async () => {
    const { posts, say, closes } = flooded();
    await say('ignore');
    expect([posts.length, closes()]).toEqual([0, 0]);
  });
});
