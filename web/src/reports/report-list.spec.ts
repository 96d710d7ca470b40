import type { Page } from '@ordercast/contract/page.ts';
import type { Report, ReportEventData } from '@ordercast/contract/report.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { report, reportEvent } from '../testing/report-builder.ts';
import { ReportList } from './report-list.svelte.ts';

type Query = { cursor?: string | undefined; limit?: number };

function openList() {
  const calls = new HeldCalls<[Query], Page<Report>>();
  const feed = new FeedByHand<ReportEventData>();
  const timeouts = new HeldCalls<[], undefined>();
  const list = new ReportList({
    api: { listReports: calls.call },
    feed,
    feedTimeout: timeouts.call,
  });
  const close = list.open();
  const shown = () =>
    list.items.map(({ id, status, version }) => `${Number(id.slice(2))} ${status} ${version}`);
  return { calls, feed, timeouts, list, close, shown };
}

/** A list of these runs, with the channel standing. */
async function listOf(runs: Report[], nextCursor: string | null = null) {
  const opened = openList();
  opened.feed.stand();
  await settled();
  opened.calls.at(0).answer({ items: runs, nextCursor });
  await settled();
  return opened;
}

const running = (version: number, rows: number): Partial<Report> => ({
  status: 'running',
  version,
  progress: { rows, total: 100 },
});

describe('a list of reports', () => {
  it('is read once the channel stands, so that nothing falls in between', async () => {
    const { calls, feed } = openList();
    await settled();
    expect(calls.all.length).toBe(0);
    feed.stand();
    await settled();
    expect(calls.all.length).toBe(1);
  });

  it('is read without the channel where that takes too long, and once more when it stands', async () => {
    const { calls, feed, timeouts, shown } = openList();
    timeouts.at(0).answer(undefined);
    await settled();
    calls.at(0).answer({ items: [report(1)], nextCursor: null });
    await settled();
    expect(shown()).toEqual(['1 queued 1']);
    feed.stand();
    await settled();
    calls.at(1).answer({ items: [report(2), report(1)], nextCursor: null });
    await settled();
    expect(shown()).toEqual(['2 queued 1', '1 queued 1']);
  });

  it('shows how far a run is, and a run that somebody else began', async () => {
    const { feed, list, shown } = await listOf([report(1)]);
    feed.send(reportEvent(1, running(2, 40)), reportEvent(2));
    expect(shown()).toEqual(['2 queued 1', '1 running 2']);
    expect(list.items[1]?.progress).toEqual({ rows: 40, total: 100 });
  });

  it('knows who asked better than the channel does', async () => {
    const { feed, list } = await listOf([report(1)]);
    feed.send(reportEvent(1, running(2, 40)));
    expect(list.items[0]?.by).toEqual({ name: 'Sam', self: true });
  });

  it('tells that a run has ended, and not each step of it', async () => {
    const { feed, list } = await listOf([report(1)]);
    feed.send(reportEvent(1, running(2, 40)), reportEvent(1, running(3, 60)));
    expect(list.news).toBe('');
    feed.send(reportEvent(1, { status: 'done', version: 4 }));
    expect(list.news).toMatch(/^Daily orders of .*: done\.$/);
  });

  it('never turns a run back, neither by a late event nor by a late answer', async () => {
    const { calls, feed, list, shown } = await listOf([report(1)]);
    void list.reload();
    feed.send(reportEvent(1, { status: 'done', version: 5 }), reportEvent(1, running(4, 90)));
    expect(shown()).toEqual(['1 done 5']);
    calls.at(1).answer({ items: [report(1, running(3, 50))], nextCursor: null });
    await settled();
    expect(shown()).toEqual(['1 done 5']);
  });

  it('is not turned back by an answer that began before a run was cancelled here', async () => {
    const { calls, list, shown } = await listOf([report(1)]);
    void list.reload();
    list.adopt(report(1, { status: 'cancelled', version: 6 }));
    calls.at(1).answer({ items: [report(1, running(5, 50))], nextCursor: null });
    await settled();
    expect(shown()).toEqual(['1 cancelled 6']);
  });

  it('takes what it reads of a run that went on without an event', async () => {
    const { calls, feed, list, shown } = await listOf([report(1)]);
    feed.send(reportEvent(1, running(2, 10)));
    void list.reload();
    calls.at(1).answer({ items: [report(1, { status: 'done', version: 5 })], nextCursor: null });
    await settled();
    expect(shown()).toEqual(['1 done 5']);
  });

  it('keeps a run that came while it was being read, and drops one that is no longer there', async () => {
    const { calls, feed, list, shown } = await listOf([report(2), report(1)]);
    void list.reload();
    feed.send(reportEvent(3));
    calls.at(1).answer({ items: [report(2)], nextCursor: null });
    await settled();
    expect(shown()).toEqual(['3 queued 1', '2 queued 1']);
  });

  it('is read again after a gap, as far as it was shown', async () => {
    const { calls, feed, list, shown } = await listOf([report(3)], 'a');
    void list.loadMore();
    calls.at(1).answer({ items: [report(2)], nextCursor: 'b' });
    await settled();
    feed.gap();
    expect(calls.at(2).args[0].cursor).toBeUndefined();
    calls.at(2).answer({ items: [report(4)], nextCursor: 'x' });
    await settled();
    expect(calls.at(3).args[0].cursor).toBe('x');
    calls.at(3).answer({ items: [report(3, running(2, 1))], nextCursor: 'y' });
    await settled();
    expect(shown()).toEqual(['4 queued 1', '3 running 2']);
    expect(list.hasMore).toBe(true);
  });

  it('loads more once however often that is asked for, and joins an event to what comes late', async () => {
    const { calls, feed, list, shown } = await listOf([report(3)], 'a');
    void list.loadMore();
    void list.loadMore();
    feed.send(reportEvent(1, { status: 'cancelled', version: 2 }));
    expect(shown()).toEqual(['3 queued 1']);
    calls.at(1).answer({ items: [report(2), report(1)], nextCursor: null });
    await settled();
    expect(shown()).toEqual(['3 queued 1', '2 queued 1', '1 cancelled 2']);
    expect([calls.all.length, list.hasMore]).toEqual([2, false]);
  });

  it('leaves no hole where it was read again while more was loading', async () => {
    const { calls, feed, list, shown } = await listOf([report(3)], 'a');
    void list.loadMore();
    feed.gap();
    calls.at(2).answer({ items: [report(9)], nextCursor: 'other' });
    await settled();
    calls.at(1).answer({ items: [report(2)], nextCursor: null });
    await settled();
    expect(shown()).toEqual(['9 queued 1']);
    expect(list.hasMore).toBe(true);
  });

  it('says why it could not be read, and reads it again once the connection is back', async () => {
    const { calls, feed, list } = openList();
    feed.stand();
    await settled();
    calls.at(0).fail(new ApiError('unreachable', 'No answer came.'));
    await settled();
    expect([list.state, list.error]).toEqual(['failed', expect.stringContaining('connection')]);
    void list.reconnected();
    calls.at(1).answer({ items: [], nextCursor: null });
    await settled();
    expect([list.state, list.error]).toEqual(['ready', undefined]);
  });

  it('hears nothing once it is left', async () => {
    const { feed, close, shown } = await listOf([report(1)]);
    close();
    feed.send(reportEvent(2));
    expect(shown()).toEqual(['1 queued 1']);
  });
});
