import { REPORTS_CHANNEL } from '@ordercast/contract/channel.ts';
import { REPORT_EVENT_TYPE, reportEventDataSchema } from '@ordercast/contract/report.ts';
import type { ReportEventData } from '@ordercast/contract/report.ts';
import { createContext } from 'svelte';
import { ChannelFeed } from '../live/channel-feed.ts';
import type { Workplace } from '../signed-in/workplace.ts';
import { NewReportDraft } from './new-report.svelte.ts';
import { ReportApi } from './report-api.ts';
import { ReportList } from './report-list.svelte.ts';
import { ReportRun } from './report-run.svelte.ts';
import { RunCancel } from './run-cancel.svelte.ts';
import { ScheduleDraft } from './schedule-draft.svelte.ts';
import { ScheduleList } from './schedule-list.svelte.ts';

/** How long typing rests before its next times are asked for. */
const TYPING_PAUSE_MS = 400;
/** Between two looks at what no event tells of: mails on their way, a schedule that is not followed yet. */
const LOOK_AGAIN_MS = 5_000;

/** What the pages of reports share. */
export interface ReportDesk {
  /** Admins alone have the pages of schedules. */
  isAdmin: boolean;
  list: ReportList;
  cancelInList: RunCancel;
  newReport: NewReportDraft;
  run(id: string): { detail: ReportRun; cancel: RunCancel };
  schedules(): ScheduleList;
  /** Undefined for a schedule that is still to be made. */
  schedule(id: string | undefined): ScheduleDraft;
  /** Calls whenever there may be a way to the server again; returns the clean-up. */
  onBack(listener: () => void): () => void;
  /** Follows the runs; returns the clean-up. */
  open(): () => void;
}

export const [getReportDesk, setReportDesk] = createContext<ReportDesk>();

/** Composition root of the pages of reports, which only staff load. */
export function createReportDesk(
  workplace: Pick<Workplace, 'http' | 'live' | 'feedTimeout' | 'connection' | 'isAdmin'>,
): ReportDesk {
  const { http, live, feedTimeout, connection, isAdmin } = workplace;
  const api = new ReportApi(http);
  const feed = new ChannelFeed<ReportEventData>({
    client: live,
    channel: REPORTS_CHANNEL,
    read: ({ type, data }) =>
      type === REPORT_EVENT_TYPE ? reportEventDataSchema.safeParse(data).data : undefined,
  });
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const list = new ReportList({ api, feed, feedTimeout });
  const lookAgain = () => pause(LOOK_AGAIN_MS);
  const cancelOf = (shown: ReportList | ReportRun) =>
    new RunCancel({
      api,
      adopt: (run) => {
        list.adopt(run);
        if (shown !== list) shown.adopt(run);
      },
      reload: () => shown.reload(),
    });
  return {
    isAdmin,
    list,
    cancelInList: cancelOf(list),
    newReport: new NewReportDraft({
      api,
      timeZone,
      now: Date.now,
      newKey: () => crypto.randomUUID(),
    }),
    run(id) {
      const detail = new ReportRun({
        id,
        api,
        feed,
        feedTimeout,
        mailPause: lookAgain,
        openUrl: (url) => location.assign(url),
      });
      return { detail, cancel: cancelOf(detail) };
    },
    schedules: () => new ScheduleList({ api, syncPause: lookAgain }),
    schedule: (id) =>
      new ScheduleDraft({
        id,
        api,
        timeZone,
        typingPause: () => pause(TYPING_PAUSE_MS),
        syncPause: lookAgain,
      }),
    onBack: (listener) => connection.onBack(listener),
    open() {
      const cleanUps = [
        feed.open(),
        list.open(),
        connection.onBack(() => {
          void list.reconnected();
        }),
      ];
      return () => {
        for (const cleanUp of cleanUps) cleanUp();
      };
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
