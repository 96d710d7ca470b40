import type { Announcement } from '@ordercast/contract/announcement.ts';
import type { Page } from '@ordercast/contract/page.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { AnnouncementMarks } from './announcement-marks.svelte.ts';
import { AnnouncementBoard } from './announcement-board.svelte.ts';

const UNREACHABLE = new ApiError('unreachable', 'No answer came.');

function announcement(n: number): Announcement {
  const by = { name: 'Alex Adeyemi', role: 'admin' } as const;
  return { id: String(n).padStart(26, '0'), text: `News ${n}`, by, at: '2026-11-22T08:30:00.000Z' };
}

function page(numbers: number[], nextCursor: string | null = null): Page<Announcement> {
  return { items: numbers.map(announcement), nextCursor };
}

function boardWithHeldAnswers() {
  const lists = new HeldCalls<[cursor?: string], Page<Announcement>>();
  const publications = new HeldCalls<[text: string], Announcement>();
  const feed = new FeedByHand<Announcement>();
  const api = { listAnnouncements: lists.call, publishAnnouncement: publications.call };
  const storage = new MemoryStorage();
  const dismissed = new AnnouncementMarks(storage, 'dismissed');
  const read = new AnnouncementMarks(storage, 'read');
  const board = new AnnouncementBoard({ api, feed, dismissed, read });
  const stop = board.open();
  const answer = async (n: number, read: Page<Announcement>) => {
    lists.at(n).answer(read);
    await settled();
  };
  const fail = async (n: number) => {
    lists.at(n).fail(UNREACHABLE);
    await settled();
  };
  const shown = () => board.items.map(({ id }) => Number(id));
  return { board, stop, feed, lists, publications, answer, fail, shown };
}

describe('the announcements', () => {
  it('keep what was published while they were being read', async () => {
    const { board, feed, answer, shown } = boardWithHeldAnswers();
    feed.send(announcement(2));
    expect([shown(), board.state]).toEqual([[2], 'loading']);
    await answer(0, page([1]));
    expect([shown(), board.state]).toEqual([[2, 1], 'ready']);
  });

  it('say why they could not be read, and recover', async () => {
    const { board, answer, fail, shown } = boardWithHeldAnswers();
    await fail(0);
    expect(board.state).toBe('failed');
    expect(board.error).toContain('cannot be reached');
    void board.load();
    await answer(1, page([1]));
    expect([shown(), board.state, board.error]).toEqual([[1], 'ready', undefined]);
  });

  it('are read by themselves once the connection is back, where they could not be before', async () => {
    const { board, lists, answer, fail, shown } = boardWithHeldAnswers();
    await fail(0);
    void board.reconnected();
    await answer(1, page([1]));
    expect([shown(), board.error]).toEqual([[1], undefined]);
    void board.reconnected();
    expect(lists.all.length).toBe(2);
  });

  it('stay shown where reading them again fails', async () => {
    const { board, feed, answer, fail, shown } = boardWithHeldAnswers();
    await answer(0, page([1]));
    feed.gap();
    await fail(1);
    expect([shown(), board.state]).toEqual([[1], 'ready']);
    expect(board.error).toContain('cannot be reached');
  });

  it('that are read twice at once go by the later reading, whichever answer comes last', async () => {
    const { board, feed, answer } = boardWithHeldAnswers();
    feed.gap();
    await answer(1, page([9], 'after 9'));
    await answer(0, page([1]));
    expect(board.hasMore).toBe(true);
  });

  it('are not said to have failed where only the earlier of two readings did', async () => {
    const { board, feed, answer, fail } = boardWithHeldAnswers();
    feed.gap();
    await answer(1, page([1]));
    await fail(0);
    expect([board.state, board.error]).toEqual(['ready', undefined]);
  });

  it('are said to have failed where the later of two readings did, though the earlier is answered after', async () => {
    const { board, feed, answer, fail, shown } = boardWithHeldAnswers();
    feed.gap();
    await fail(1);
    await answer(0, page([1]));
    expect([shown(), board.state]).toEqual([[1], 'ready']);
    expect(board.error).toContain('cannot be reached');
  });

  it('are asked for their next page once, however often the button is pressed', async () => {
    const { board, lists, answer, shown } = boardWithHeldAnswers();
    expect(board.hasMore).toBe(false);
    void board.loadMore();
    expect(lists.all).toHaveLength(1);
    await answer(0, page([3], 'after 3'));
    void board.loadMore();
    void board.loadMore();
    expect([lists.all.length, lists.at(1).args, board.isLoadingMore]).toEqual([
      2,
      ['after 3'],
      true,
    ]);
    await answer(1, page([2]));
    expect([shown(), board.hasMore, board.isLoadingMore]).toEqual([[3, 2], false, false]);
  });

  it('ask for the same page again where it could not be read', async () => {
    const { board, lists, answer, fail, shown } = boardWithHeldAnswers();
    await answer(0, page([3], 'after 3'));
    void board.loadMore();
    await fail(1);
    expect([shown(), board.state, board.isLoadingMore]).toEqual([[3], 'ready', false]);
    expect(board.error).toContain('cannot be reached');
    void board.loadMore();
    expect(lists.at(2).args).toEqual(['after 3']);
    await answer(2, page([2]));
    expect([shown(), board.error]).toEqual([[3, 2], undefined]);
  });

  it('leave no hole where a gap was read while their next page was under way', async () => {
    const { board, lists, feed, answer, shown } = boardWithHeldAnswers();
    await answer(0, page([3], 'after 3'));
    void board.loadMore();
    feed.gap();
    await answer(2, page([9], 'after 9'));
    await answer(1, page([2]));
    expect([shown(), board.hasMore]).toEqual([[9, 3, 2], true]);
    void board.loadMore();
    expect(lists.at(3).args).toEqual(['after 9']);
  });

  it('show once what one has published oneself, whichever of answer and event is first', async () => {
    const { board, feed, publications, answer, shown } = boardWithHeldAnswers();
    await answer(0, page([1]));
    const first = board.publish('News 2');
    feed.send(announcement(2));
    publications.at(0).answer(announcement(2));
    await first;
    const second = board.publish('News 3');
    publications.at(1).answer(announcement(3));
    await second;
    expect(shown()).toEqual([3, 2, 1]);
    feed.send(announcement(3));
    expect(shown()).toEqual([3, 2, 1]);
  });

  it('leave it to the form to say that publishing failed', async () => {
    const { board, publications, answer, shown } = boardWithHeldAnswers();
    await answer(0, page([1]));
    const publishing = board.publish('News 2');
    publications.at(0).fail(UNREACHABLE);
    await expect(publishing).rejects.toBe(UNREACHABLE);
    expect([shown(), board.error]).toEqual([[1], undefined]);
  });

  it('hear of nothing after the clean-up', async () => {
    const { board, stop, feed, lists, answer, shown } = boardWithHeldAnswers();
    await answer(0, page([1]));
    stop();
    feed.send(announcement(2));
    feed.gap();
    expect([shown(), board.waiting.length, lists.all.length]).toEqual([[1], 1, 1]);
  });
});
