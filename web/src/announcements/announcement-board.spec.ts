import type { Announcement } from '@ordercast/contract/announcement.ts';
import type { Page } from '@ordercast/contract/page.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { AnnouncementBoard, publishErrorText } from './announcement-board.svelte.ts';

function announcement(n: number): Announcement {
  const by = { name: 'Alex Adeyemi', role: 'admin' } as const;
  const id = `01${String(n).padStart(24, '0')}`;
  return { id, text: `News ${n}`, by, at: '2026-11-22T08:30:00.000Z' };
}

function boardOver(announcements: Announcement[], storage: Storage = new MemoryStorage()) {
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
      feed.send(published);
      return Promise.resolve(published);
    },
  };
  const board = new AnnouncementBoard({ api, feed, storage, storageKey: 'dismissed' });
  board.open();
  const texts = () => board.items.map(({ text }) => text);
  return { board, feed, storage, texts, announcements };
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
    const { board, texts } = boardOver([announcement(1)]);
    await settled();
    await board.publish('News 2');
    expect(texts()).toEqual(['News 2', 'News 1']);
    expect(board.banner?.text).toBe('News 2');
  });

  it('stay dismissed after a reload, until there is another', async () => {
    const { board, storage, announcements } = boardOver([announcement(1)]);
    await settled();
    board.dismiss(announcement(1).id);
    expect(board.banner).toBeUndefined();
    const { board: reloaded, feed } = boardOver(announcements, storage);
    await settled();
    expect(reloaded.banner).toBeUndefined();
    feed.send(announcement(2));
    expect(reloaded.banner?.text).toBe('News 2');
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
