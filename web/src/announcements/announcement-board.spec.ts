import type { Announcement } from '@ordercast/contract/announcement.ts';
import type { Page } from '@ordercast/contract/page.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { AnnouncementMarks } from './announcement-marks.svelte.ts';
import { AnnouncementBoard, publishErrorText } from './announcement-board.svelte.ts';

function announcement(n: number): Announcement {
  const by = { name: 'Alex Adeyemi', role: 'admin' } as const;
  const id = `01${String(n).padStart(24, '0')}`;
  return { id, text: `News ${n}`, by, at: '2026-11-22T08:30:00.000Z' };
}

function boardOver(announcements: Announcement[], storage: Storage = new MemoryStorage()) {
  /** Whether what is published comes by the channel too. */
  const channel = { isUp: true };
  const feed = new FeedByHand<Announcement>();
  const api = {
    listAnnouncements: (cursor?: string): Promise<Page<Announcement>> => {
      const rest = announcements.filter(({ id }) => cursor === undefined || id < cursor);
      const items = rest.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, 2);
      const nextCursor = rest.length > 2 ? (items.at(-1)?.id ?? null) : null;
      return Promise.resolve({ items, nextCursor });
    },
    publishAnnouncement: (): Promise<Announcement> => {
      const published = announcement(announcements.length + 1);
      announcements.push(published);
      if (channel.isUp) feed.send(published);
      return Promise.resolve(published);
    },
  };
  const board = new AnnouncementBoard({
    api,
    feed,
    dismissed: new AnnouncementMarks(storage, 'dismissed'),
    read: new AnnouncementMarks(storage, 'read'),
  });
  board.open();
  const texts = () => board.items.map(({ text }) => text);
  const banners = () => board.banners.map(({ text }) => text);
  const waiting = () => board.waiting.map(({ text }) => text);
  return { board, feed, storage, texts, banners, waiting, announcements, channel };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the announcements', () => {
  it('are read page by page, newest first', async () => {
    const { board, texts } = boardOver([announcement(1), announcement(2), announcement(3)]);
    await settled();
    expect([texts(), board.hasMore]).toEqual([['News 3', 'News 2'], true]);
    await board.loadMore();
    expect([texts(), board.hasMore]).toEqual([['News 3', 'News 2', 'News 1'], false]);
  });

  it('appear as they are published, once', async () => {
    const { board, texts, banners } = boardOver([announcement(1)]);
    await settled();
    await board.publish('News 2');
    expect(texts()).toEqual(['News 2', 'News 1']);
    board.showWaiting();
    expect(banners()).toEqual(['News 2', 'News 1']);
  });

  it('are seen by who publishes them even where nothing comes by the channel', async () => {
    const { board, texts, channel } = boardOver([announcement(1)]);
    await settled();
    channel.isUp = false;
    await board.publish('News 2');
    expect(texts()).toEqual(['News 2', 'News 1']);
  });

  it('take no room of the page that somebody is on until they are asked for', async () => {
    const { board, feed, banners, waiting } = boardOver([announcement(1)]);
    await settled();
    expect([banners(), waiting()]).toEqual([[], ['News 1']]);
    board.showWaiting();
    feed.send(announcement(2));
    expect([banners(), waiting()]).toEqual([['News 1'], ['News 2']]);
    board.showWaiting();
    expect([banners(), waiting()]).toEqual([['News 2', 'News 1'], []]);
  });

  it('do not wait once they are read, but are shown on the next page all the same', async () => {
    const { board, banners, waiting } = boardOver([announcement(1), announcement(2)]);
    await settled();
    board.markRead();
    expect(waiting()).toEqual([]);
    board.showWaiting();
    expect(banners()).toEqual(['News 2', 'News 1']);
  });

  it('stay shown until each is dismissed, but for those that there is no room for', async () => {
    const { board, feed, banners } = boardOver([announcement(1)]);
    await settled();
    feed.send(announcement(2), announcement(3), announcement(4), announcement(5));
    board.showWaiting();
    expect([banners(), board.furtherBanners]).toEqual([['News 5', 'News 4', 'News 3'], 2]);
    board.dismiss(announcement(4).id);
    expect([banners(), board.furtherBanners]).toEqual([['News 5', 'News 3', 'News 2'], 1]);
    board.dismissAll();
    feed.send(announcement(6));
    board.showWaiting();
    expect([banners(), board.furtherBanners]).toEqual([['News 6'], 0]);
  });

  it('stay dismissed after a reload', async () => {
    const { board, storage, announcements, banners } = boardOver([
      announcement(1),
      announcement(2),
    ]);
    await settled();
    board.showWaiting();
    board.dismiss(announcement(2).id);
    expect(banners()).toEqual(['News 1']);
    const reloaded = boardOver(announcements, storage);
    await settled();
    reloaded.board.showWaiting();
    expect(reloaded.banners()).toEqual(['News 1']);
  });

  it('are counted as unread until they are listed or dismissed, after a reload too', async () => {
    const { board, feed, storage, announcements } = boardOver([announcement(1), announcement(2)]);
    await settled();
    expect(board.unreadCount).toBe(2);
    board.dismiss(announcement(1).id);
    expect(board.unreadCount).toBe(1);
    board.markRead();
    feed.send(announcement(3));
    expect([board.unreadCount, board.waiting.length]).toEqual([1, 1]);
    const reloaded = boardOver([...announcements, announcement(3)], storage);
    await settled();
    expect(reloaded.board.unreadCount).toBe(1);
  });

  it('are read again after a gap', async () => {
    const { feed, texts, announcements } = boardOver([announcement(1)]);
    await settled();
    announcements.push(announcement(2));
    feed.gap();
    await settled();
    expect(texts()).toEqual(['News 2', 'News 1']);
  });

  it('warn against publishing twice where the answer was lost', () => {
    const text = publishErrorText(new ApiError('unreachable', 'No answer came.'));
    expect(text).toContain('may have been published');
  });
});
