import { hasEnded } from '@ordercast/contract/report.ts';
import type { Report } from '@ordercast/contract/report.ts';
import { ApiError, apiErrorText } from '../api/api-error.ts';
import type { ReportApi } from './report-api.ts';
import { reportName } from './report-text.ts';

/** Something that the page says about what just happened. */
export interface ReportNotice {
  kind: 'success' | 'info' | 'warning' | 'error';
  text: string;
}

export interface RunCancelOptions {
  api: Pick<ReportApi, 'cancelReport'>;
  /** Takes the run as the answer tells of it. */
  adopt: (run: Report) => void;
  /** Reads what is shown again; never rejects. */
  reload: () => Promise<void>;
}

/** A run being cancelled, once the person has said so twice. */
export class RunCancel {
  readonly #options: RunCancelOptions;
  #asked = $state.raw<Report>();
  #busyId = $state<string>();
  #notice = $state.raw<ReportNotice>();

  constructor(options: RunCancelOptions) {
    this.#options = options;
  }

  /** The run that the person is asked about. */
  get asked(): Report | undefined {
    return this.#asked;
  }

  get notice(): ReportNotice | undefined {
    return this.#notice;
  }

  isBusy({ id }: Pick<Report, 'id'>): boolean {
    return this.#busyId === id;
  }

  ask(run: Report): void {
    if (this.#busyId === undefined) this.#asked = run;
  }

  keep(): void {
    this.#asked = undefined;
  }

  /** What came of an earlier one was seen. */
  forget(): void {
    this.#notice = undefined;
  }

  /** Never rejects: `notice` tells. */
  async confirm(): Promise<void> {
    const run = this.#asked;
    if (!run) return;
    this.#asked = undefined;
    this.#notice = undefined;
    this.#busyId = run.id;
    try {
      const answered = await this.#options.api.cancelReport(run.id);
      this.#options.adopt(answered);
      this.#notice = noticeOf(answered);
    } catch (cause) {
      await this.#options.reload();
      this.#notice = noticeOfFailure(cause, run);
    } finally {
      this.#busyId = undefined;
    }
  }
}

function noticeOf(run: Report): ReportNotice {
  if (run.status === 'cancelled') {
    return { kind: 'success', text: `${reportName(run)}: cancelled.` };
  }
  return hasEnded(run.status)
    ? { kind: 'warning', text: `${reportName(run)} had ended before it could be cancelled.` }
    : { kind: 'info', text: `${reportName(run)} is being cancelled.` };
}

function noticeOfFailure(cause: unknown, run: Report): ReportNotice {
  const kind = cause instanceof ApiError ? cause.kind : undefined;
  if (kind === 'conflict') {
    return { kind: 'warning', text: `${reportName(run)} had ended before it could be cancelled.` };
  }
  if (kind === 'unreachable') {
    return {
      kind: 'warning',
      text: `No answer came. Look at the state of the report: if it is still under way, cancel it again.`,
    };
  }
  return { kind: 'error', text: apiErrorText(cause) };
}
