import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import type { RealtimeClient, RealtimeError } from '@ordercast/client/realtime-client.ts';
import { REPORTS_CHANNEL } from '@ordercast/contract/channel.ts';
import { REPORT_EVENT_TYPE, hasEnded, reportEventDataSchema } from '@ordercast/contract/report.ts';
import type { ReportEventData } from '@ordercast/contract/report.ts';

interface FollowSettings {
  realtimeUrl: string;
  token: () => Promise<string>;
  /** Reads a run where events were missed. */
  read: (id: string) => Promise<ReportEventData>;
  onChange: (run: ReportEventData) => void;
}

/** A run as the channel `reports` tells of it, until it has ended. Opened before the run is asked for, it misses nothing. */
export class FollowedRun {
  readonly #settings: FollowSettings;
  readonly #client: RealtimeClient;
  /** By id: what is told of the run may come before the answer that says which one it is. */
  readonly #told = new Map<string, ReportEventData>();
  readonly #ended = Promise.withResolvers<ReportEventData>();
  readonly #offline = Promise.withResolvers<never>();
  #run: ReportEventData | undefined;

  constructor(settings: FollowSettings) {
    this.#settings = settings;
    this.#ended.promise.catch(() => undefined);
    this.#offline.promise.catch(() => undefined);
    this.#client = createRealtimeClient({
      url: settings.realtimeUrl,
      token: settings.token,
      onError: this.#offline.reject,
    });
  }

  /** Resolves when the subscription stands; rejects at the first thing that goes wrong on the way. From then on the client tries again by itself. */
  async open(): Promise<void> {
    const { ready } = this.#client.subscribe(REPORTS_CHANNEL, {
      onEvent: ({ type, data }) => {
        const run = type === REPORT_EVENT_TYPE ? reportEventDataSchema.safeParse(data).data : null;
        if (run) this.#adopt(run);
      },
      onReload: () => {
        if (this.#run === undefined) return;
        this.#settings.read(this.#run.id).then((run) => this.#adopt(run), this.#ended.reject);
      },
      onError: (error: RealtimeError) => {
        this.#offline.reject(error);
        this.#ended.reject(error);
      },
    });
    await Promise.race([ready, this.#offline.promise]);
  }

  /** Resolves with a run when it has ended; rejects where it cannot be followed any more. */
  follow(run: ReportEventData): Promise<ReportEventData> {
    this.#run = run;
    this.#settings.onChange(run);
    const told = this.#told.get(run.id);
    if (told !== undefined) this.#adopt(told);
    return this.#ended.promise;
  }

  close(): void {
    this.#client.close();
  }

  #adopt(run: ReportEventData): void {
    if (this.#run === undefined) this.#told.set(run.id, run);
    else if (run.id === this.#run.id && run.version > this.#run.version) {
      this.#run = run;
      this.#settings.onChange(run);
    }
    if (this.#run !== undefined && hasEnded(this.#run.status)) this.#ended.resolve(this.#run);
  }
}
