import type {
  ReportDetail,
  ReportDownload,
  ReportEventData,
  ReportMail,
} from '@ordercast/contract/report.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { report, reportDetail, reportEvent } from '../testing/report-builder.ts';
import { ReportRun } from './report-run.svelte.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

const AT = '2026-11-22T05:00:00.000Z';
const mail = (status: ReportMail['status'], address = 'ada@example.com'): ReportMail => ({
  address,
  status,
  reason: null,
  at: AT,
});

function openRun() {
  const reads = new HeldCalls<[string], ReportDetail>();
  const downloads = new HeldCalls<[string, string], ReportDownload>();
  const resends = new HeldCalls<[string, string], ReportMail>();
  const pauses = new HeldCalls<[], undefined>();
  const feed = new FeedByHand<ReportEventData>();
  const opened: string[] = [];
  const detail = new ReportRun({
    id: report(1).id,
    api: { readReport: reads.call, downloadOf: downloads.call, resendMail: resends.call },
    feed,
    feedTimeout: () => new Promise(() => undefined),
    mailPause: pauses.call,
    openUrl: (url) => opened.push(url),
  });
  const close = detail.open();
  return { reads, downloads, resends, pauses, feed, opened, detail, close };
}

async function runOf(read: ReportDetail) {
  const all = openRun();
  all.feed.stand();
  await settled();
  all.reads.at(0).answer(read);
  await settled();
  return all;
}

describe('a run of a report', () => {
  it('goes on as the channel tells, and is read again when it ends, for its figures', async () => {
    const { reads, feed, detail } = await runOf(reportDetail(1));
    feed.send(reportEvent(1, { status: 'running', version: 2, progress: { rows: 7, total: 9 } }));
    expect(detail.run?.progress).toEqual({ rows: 7, total: 9 });
    expect([detail.news, reads.all.length]).toEqual(['', 1]);
    feed.send(reportEvent(1, { status: 'done', version: 3 }));
    expect(detail.news).toMatch(/: done\.$/);
    reads.at(1).answer(reportDetail(1, { status: 'done', version: 3, figures: { any: 1 } }));
    await settled();
    expect(detail.run?.figures).toEqual({ any: 1 });
  });

  it('is not moved by another run’s events', async () => {
    const { feed, detail } = await runOf(reportDetail(1));
    feed.send(reportEvent(2, { status: 'done', version: 9 }));
    expect(detail.run?.status).toBe('queued');
  });

  it('is never turned back by an answer that an event overtook', async () => {
    const { reads, feed, detail } = openRun();
    feed.stand();
    await settled();
    feed.send(reportEvent(1, { status: 'done', version: 5 }));
    reads.at(0).answer(reportDetail(1, { status: 'running', version: 4 }));
    await settled();
    expect(detail.run?.status).toBe('done');
    void detail.reload();
    reads.all.at(-1)?.answer(reportDetail(1, { status: 'running', version: 4 }));
    await settled();
    expect(detail.run?.status).toBe('done');
  });

  it('takes what it reads where it went on without an event', async () => {
    const { reads, feed, detail } = await runOf(reportDetail(1));
    feed.send(reportEvent(1, { status: 'running', version: 2 }));
    feed.gap();
    reads.at(1).answer(reportDetail(1, { status: 'done', version: 5 }));
    await settled();
    expect(detail.run?.status).toBe('done');
  });

  it('is read again after a gap', async () => {
    const { reads, feed, detail } = await runOf(reportDetail(1));
    feed.gap();
    reads.at(1).answer(reportDetail(1, { status: 'failed', version: 4, failure: 'No room.' }));
    await settled();
    expect(detail.run?.failure).toBe('No room.');
  });

  it('that is not there says so', async () => {
    const { reads, feed, detail } = openRun();
    feed.stand();
    await settled();
    reads.at(0).fail(new ApiError('not-found', 'No such report.', 404));
    await settled();
    expect(detail.state).toBe('not-found');
  });

  it('is downloaded from an address that is asked for at that moment, one at a time', async () => {
    const { downloads, opened, detail } = await runOf(reportDetail(1, { status: 'done' }));
    const first = detail.download('pdf');
    void detail.download('csv');
    expect([detail.downloading, downloads.all.length]).toEqual(['pdf', 1]);
    downloads.at(0).answer({ url: 'https://files.example/x', expiresAt: AT });
    await first;
    expect([opened, detail.downloading]).toEqual([['https://files.example/x'], undefined]);
  });

  it('whose file is gone says what to do, and opens nothing', async () => {
    const { downloads, opened, detail } = await runOf(reportDetail(1, { status: 'done' }));
    const download = detail.download('pdf');
    downloads.at(0).fail(ApiError.ofAnswer(410, undefined));
    await download;
    expect([opened, detail.downloadError]).toEqual([[], containing('no longer kept')]);
  });

  it('that is left before its address comes takes nobody away from the next page', async () => {
    const { downloads, opened, detail, close } = await runOf(reportDetail(1, { status: 'done' }));
    const download = detail.download('pdf');
    close();
    downloads.at(0).answer({ url: 'https://files.example/x', expiresAt: AT });
    await download;
    expect(opened).toEqual([]);
  });
});

describe('the mails of a run', () => {
  it('are looked at again while one is under way, and no longer', async () => {
    const done = { status: 'done', version: 3 } as const;
    const { reads, pauses, detail } = await runOf(
      reportDetail(1, { ...done, mails: [mail('sending')] }),
    );
    expect(pauses.all.length).toBe(1);
    pauses.at(0).answer(undefined);
    await settled();
    reads.at(1).answer(reportDetail(1, { ...done, mails: [mail('sent')] }));
    await settled();
    expect(detail.run?.mails[0]?.status).toBe('sent');
    expect([pauses.all.length, reads.all.length]).toEqual([1, 2]);
  });

  it('are not looked at once the page is left', async () => {
    const { reads, pauses, close } = await runOf(
      reportDetail(1, { status: 'done', mails: [mail('waiting')] }),
    );
    close();
    pauses.at(0).answer(undefined);
    await settled();
    expect([pauses.all.length, reads.all.length]).toEqual([1, 1]);
  });

  it('are never sent again by themselves, and once where somebody asks', async () => {
    const { resends, pauses, detail } = await runOf(
      reportDetail(1, {
        status: 'done',
        mails: [mail('unconfirmed'), mail('sent', 'b@x.example')],
      }),
    );
    expect([resends.all.length, pauses.all.length]).toEqual([0, 0]);
    const resend = detail.resend('ada@example.com');
    void detail.resend('ada@example.com');
    expect([resends.all.length, detail.resending]).toEqual([1, 'ada@example.com']);
    resends.at(0).answer(mail('waiting'));
    await resend;
    expect(detail.run?.mails.map(({ status }) => status)).toEqual(['waiting', 'sent']);
    expect(detail.mailNotice?.kind).toBe('success');
  });

  it('whose sending got no answer are looked at before anybody sends them again', async () => {
    const { reads, resends, detail } = await runOf(
      reportDetail(1, { status: 'done', mails: [mail('failed')] }),
    );
    const resend = detail.resend('ada@example.com');
    resends.at(0).fail(new ApiError('unreachable', 'No answer came.'));
    await settled();
    reads.at(1).answer(reportDetail(1, { status: 'done', mails: [mail('sent')] }));
    await resend;
    expect(detail.run?.mails[0]?.status).toBe('sent');
    expect(detail.mailNotice).toEqual({
      kind: 'warning',
      text: containing('before you send it again'),
    });
  });
});
