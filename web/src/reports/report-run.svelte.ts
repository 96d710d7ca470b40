import { hasEnded } from '@ordercast/contract/report.ts';
import type {
  Report,
  ReportDetail,
  ReportEventData,
  ReportFormat,
  ReportMail,
} from '@ordercast/contract/report.ts';
import { ApiError, apiErrorText } from '../api/api-error.ts';
import { Readings } from '../api/readings.ts';
import type { ChannelFeed } from '../live/channel-feed.ts';
import type { ReportApi } from './report-api.ts';
import { later, withEvent } from './report-change.ts';
import { REPORT_STATUS_TEXT, reportName } from './report-text.ts';
import type { ReportNotice } from './run-cancel.svelte.ts';

const GONE = 'This file is no longer kept. Run the report again.';

export interface ReportRunOptions {
  id: string;
  api: Pick<ReportApi, 'readReport' | 'downloadOf' | 'resendMail'>;
  feed: Pick<ChannelFeed<ReportEventData>, 'listen' | 'isSubscribed' | 'subscribed'>;
  /** Resolves when the run should be shown even though nothing comes live yet. */
  feedTimeout: () => Promise<void>;
  /** Resolves when mails that are on their way are worth another look: no event tells of them. */
  mailPause: () => Promise<void>;
  /** Leaves to the browser what lies at an address. */
  openUrl: (url: string) => void;
}

/** One run of a report as it goes on, its files, mails and figures. */
export class ReportRun {
  readonly #options: ReportRunOptions;
  #state = $state<'loading' | 'ready' | 'not-found' | 'failed'>('loading');
  #run = $state.raw<ReportDetail>();
  #error = $state<string>();
  #news = $state('');
  #downloading = $state<ReportFormat>();
  #downloadError = $state<string>();
  #resending = $state<string>();
  #mailNotice = $state.raw<ReportNotice>();
  #isClosed = false;
  #isFollowingMails = false;
  readonly #readings = new Readings();
  /** The latest event, for a reading that it overtakes. */
  #event: ReportEventData | undefined;

  constructor(options: ReportRunOptions) {
    this.#options = options;
  }

  get state(): 'loading' | 'ready' | 'not-found' | 'failed' {
    return this.#state;
  }

  get run(): ReportDetail | undefined {
    return this.#run;
  }

  get error(): string | undefined {
    return this.#error;
  }

  /** That the run has ended, in words, once it does while somebody looks. */
  get news(): string {
    return this.#news;
  }

  /** The file whose address is being asked for. */
  get downloading(): ReportFormat | undefined {
    return this.#downloading;
  }

  get downloadError(): string | undefined {
    return this.#downloadError;
  }

  /** The address that is being mailed again. */
  get resending(): string | undefined {
    return this.#resending;
  }

  get mailNotice(): ReportNotice | undefined {
    return this.#mailNotice;
  }

  /** Reads the run and follows it; returns the clean-up. */
  open(): () => void {
    const stop = this.#options.feed.listen({
      onItem: (event) => this.#onEvent(event),
      onGap: () => void this.reload(),
    });
    void this.#load();
    return () => {
      this.#isClosed = true;
      stop();
    };
  }

  /** Reads the run again; never rejects. */
  async reload(): Promise<void> {
    if (!this.#isClosed) await this.#read();
  }

  /** Reads again what could not be read for want of a connection. */
  async reconnected(): Promise<void> {
    if (this.#error !== undefined) await this.reload();
  }

  /** Takes the run as an answer told of it. */
  adopt(run: Report): void {
    if (this.#run && run.version > this.#run.version) this.#show({ ...this.#run, ...run });
  }

  /** Asks for a new address of a file and leaves it to the browser; `downloadError` tells what failed. */
  async download(format: ReportFormat): Promise<void> {
    if (this.#downloading !== undefined) return;
    this.#downloading = format;
    this.#downloadError = undefined;
    const { api, id, openUrl } = this.#options;
    try {
      const { url } = await api.downloadOf(id, format);
      if (!this.#isClosed) openUrl(url);
    } catch (cause) {
      this.#downloadError = isMissing(cause) ? GONE : apiErrorText(cause);
    } finally {
      this.#downloading = undefined;
    }
  }

  /** Sends a mail again whose fate is unknown, or that failed; `mailNotice` tells what came of it. */
  async resend(address: string): Promise<void> {
    if (this.#resending !== undefined) return;
    this.#resending = address;
    this.#mailNotice = undefined;
    const { api, id } = this.#options;
    try {
      this.#takeMail(await api.resendMail(id, address));
      this.#mailNotice = { kind: 'success', text: `The mail to ${address} is sent again.` };
      void this.#followMails();
    } catch (cause) {
      await this.reload();
      this.#mailNotice = resendNotice(cause);
    } finally {
      this.#resending = undefined;
    }
  }

  async #load(): Promise<void> {
    const { feed, feedTimeout } = this.#options;
    if (!feed.isSubscribed) await Promise.race([feed.subscribed, feedTimeout()]);
    const readBlind = !feed.isSubscribed;
    await this.reload();
    if (!readBlind) return;
    await feed.subscribed;
    await this.reload();
  }

  async #read(): Promise<void> {
    const { api, id } = this.#options;
    const reading = this.#readings.begin();
    try {
      const read = await api.readReport(id);
      if (this.#isClosed || !this.#readings.take(reading)) return;
      this.#show(later(this.#run, withEvent(read, this.#event)));
      if (!this.#readings.hasFailedAfter(reading)) this.#error = undefined;
      this.#state = 'ready';
      void this.#followMails();
    } catch (cause) {
      if (this.#isClosed || !this.#readings.fail(reading)) return;
      if (isMissing(cause)) this.#state = 'not-found';
      else if (this.#state === 'loading') this.#state = 'failed';
      this.#error = apiErrorText(cause);
    }
  }

  #onEvent(event: ReportEventData): void {
    const { id } = this.#options;
    if (event.id !== id || event.version <= (this.#event?.version ?? 0)) return;
    this.#event = event;
    if (!this.#run || event.version <= this.#run.version) return;
    this.#show(withEvent(this.#run, event));
    // Figures and mails come through HTTP alone.
    if (hasEnded(event.status)) void this.reload();
  }

  #show(run: ReportDetail): void {
    const wasUnderWay = this.#run !== undefined && !hasEnded(this.#run.status);
    this.#run = run;
    if (wasUnderWay && hasEnded(run.status)) {
      this.#news = `${reportName(run)}: ${REPORT_STATUS_TEXT[run.status].toLowerCase()}.`;
    }
  }

  #takeMail(mail: ReportMail): void {
    if (!this.#run) return;
    const mails = this.#run.mails.map((each) => (each.address === mail.address ? mail : each));
    this.#run = { ...this.#run, mails };
  }

  async #followMails(): Promise<void> {
    if (this.#isFollowingMails) return;
    this.#isFollowingMails = true;
    while (this.#hasMailsUnderWay()) {
      await this.#options.mailPause();
      await this.reload();
    }
    this.#isFollowingMails = false;
  }

  #hasMailsUnderWay(): boolean {
    const mails = this.#run?.mails ?? [];
    return (
      !this.#isClosed && mails.some(({ status }) => status === 'waiting' || status === 'sending')
    );
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof ApiError && cause.kind === 'not-found';
}

function resendNotice(cause: unknown): ReportNotice {
  const kind = cause instanceof ApiError ? cause.kind : undefined;
  if (kind === 'unreachable') {
    return {
      kind: 'warning',
      text: 'No answer came. Look at the state of the mail before you send it again.',
    };
  }
  return { kind: kind === 'conflict' ? 'warning' : 'error', text: apiErrorText(cause) };
}
