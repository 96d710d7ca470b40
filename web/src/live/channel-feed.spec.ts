import { describe, expect, it } from 'vitest';
import { ChannelFeed } from './channel-feed.ts';
import type { LiveListener } from './live-client.ts';

function feedOver(ready: Promise<void> = Promise.resolve()) {
  const channels: string[] = [];
  let listener: LiveListener | undefined;
  const client = {
    subscribe(channel: string, handlers: LiveListener) {
      channels.push(channel);
      listener = handlers;
      return { ready, unsubscribe: () => void channels.pop() };
    },
  };
  const feed = new ChannelFeed({
    client,
    channel: 'orders',
    read: ({ data }) => (typeof data === 'number' ? data : undefined),
  });
  const heard: (number | 'gap')[] = [];
  const stop = feed.listen({
    onItem: (item) => void heard.push(item),
    onGap: () => void heard.push('gap'),
  });
  const close = feed.open();
  return { feed, heard, stop, close, channels, listener: () => listener };
}

describe('the feed of a channel', () => {
  it('passes on what these pages understand, and gaps', () => {
    const { heard, stop, listener } = feedOver();
    listener()?.onEvent({ type: 'a', data: 1 });
    listener()?.onEvent({ type: 'b', data: 'of the future' });
    listener()?.onReload();
    stop();
    listener()?.onEvent({ type: 'a', data: 2 });
    expect(heard).toEqual([1, 'gap']);
  });

  it('takes what stands in for an event that could not be carried for a gap', () => {
    const { heard, listener } = feedOver();
    listener()?.onEvent({ type: 'event.abandoned', data: { type: 'order.packed' } });
    listener()?.onEvent({ type: 'event.abandoned', data: 1 });
    expect(heard).toEqual(['gap', 'gap']);
  });

  it('stands once the subscription does', async () => {
    const { feed } = feedOver();
    let isTold = false;
    void feed.subscribed.then(() => (isTold = true));
    expect(feed.isSubscribed).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect([feed.isSubscribed, isTold]).toEqual([true, true]);
  });

  it('that is refused never stands', async () => {
    const { feed } = feedOver(Promise.reject(new Error('FORBIDDEN_CHANNEL')));
    await new Promise((resolve) => setImmediate(resolve));
    expect(feed.isSubscribed).toBe(false);
  });

  it('subscribes once and gives the channel back', () => {
    const { channels, close } = feedOver();
    expect(channels).toEqual(['orders']);
    close();
    expect(channels).toEqual([]);
  });
});
