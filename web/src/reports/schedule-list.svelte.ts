import type { ReportSchedule } from '@ordercast/contract/report-schedule.ts';
import { apiErrorText } from '../api/api-error.ts';
import { Readings } from '../api/readings.ts';
import type { ReportApi } from './report-api.ts';

export interface ScheduleListOptions {
  api: Pick<ReportApi, 'listSchedules'>;
  /** Resolves when a schedule that the scheduler has yet to follow is worth another look: no event tells. */
  syncPause: () => Promise<void>;
}

/** The schedules of reports, by their names. */
export class ScheduleList {
  readonly #options: ScheduleListOptions;
  #state = $state<'loading' | 'ready' | 'failed'>('loading');
  #items = $state.raw<readonly ReportSchedule[]>([]);
  #error = $state<string>();
  #isClosed = false;
  #isFollowing = false;
  readonly #readings = new Readings();

  constructor(options: ScheduleListOptions) {
    this.#options = options;
  }

  get state(): 'loading' | 'ready' | 'failed' {
    return this.#state;
  }

  get items(): readonly ReportSchedule[] {
    return this.#items;
  }

  get error(): string | undefined {
    return this.#error;
  }

  /** Reads the schedules, and again while the scheduler has yet to follow one; returns the clean-up. */
  open(): () => void {
    void this.reload();
    return () => void (this.#isClosed = true);
  }

  /** Never rejects: `state` and `error` tell. */
  async reload(): Promise<void> {
    if (this.#isClosed) return;
    const reading = this.#readings.begin();
    try {
      const items = await this.#options.api.listSchedules();
      if (!this.#readings.take(reading)) return;
      this.#items = items;
      this.#state = 'ready';
      if (!this.#readings.hasFailedAfter(reading)) this.#error = undefined;
      void this.#follow();
    } catch (cause) {
      if (!this.#readings.fail(reading)) return;
      this.#error = apiErrorText(cause);
      if (this.#state === 'loading') this.#state = 'failed';
    }
  }

  /** Reads again what could not be read for want of a connection. */
  async reconnected(): Promise<void> {
    if (this.#error !== undefined) await this.reload();
  }

  async #follow(): Promise<void> {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    while (this.#isWaiting()) {
      await this.#options.syncPause();
      await this.reload();
    }
    this.#isFollowing = false;
  }

  #isWaiting(): boolean {
    return !this.#isClosed && this.#items.some(({ sync }) => sync.state === 'waiting');
  }
}
