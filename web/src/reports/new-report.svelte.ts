import type { NewReport, Report, ReportKind } from '@ordercast/contract/report.ts';
import { dateSchema } from '@ordercast/contract/report.ts';
import { ApiError, apiErrorText } from '../api/api-error.ts';
import { isTimeZone } from '../format/day.ts';
import { FormState } from '../layout/form-state.svelte.ts';
import type { FieldErrors } from '../layout/form-state.svelte.ts';
import { fieldErrorsOf } from '../layout/field-errors.ts';
import type { ReportApi } from './report-api.ts';
import { dayAfter, dayAt, startOfDay } from './zone-day.ts';

const NO_ANSWER =
  'No answer came, so the report may or may not have been started. Press “Run report” again: it will not be run twice.';

export type NewReportField = 'date' | 'timeZone' | 'firstDay' | 'lastDay';

/** The form's field for each part of the request's body. */
const FIELD_OF: Readonly<Record<string, NewReportField>> = {
  date: 'date',
  timeZone: 'timeZone',
  from: 'firstDay',
  to: 'lastDay',
};

export interface NewReportOptions {
  api: Pick<ReportApi, 'startReport'>;
  /** IANA name of the time zone that is offered. */
  timeZone: string;
  /** Epoch ms. */
  now: () => number;
  newKey: () => string;
}

/** A report that somebody is about to run. */
export class NewReportDraft {
  readonly form = new FormState<NewReportField>();
  readonly #options: NewReportOptions;
  #kind = $state<ReportKind>('daily');
  #timeZone = $state('');
  /** Undefined until the person enters one: yesterday is another day in another zone. */
  #date = $state<string>();
  #firstDay = $state<string>();
  #lastDay = $state<string>();
  isGzipped = $state(false);
  /** The key under which this very content was sent; other content gets another. */
  #submission: { key: string; body: string } | undefined;

  constructor(options: NewReportOptions) {
    this.#options = options;
    this.#timeZone = options.timeZone;
  }

  get kind(): ReportKind {
    return this.#kind;
  }

  set kind(kind: ReportKind) {
    this.#kind = kind;
    this.form.forget();
  }

  get timeZone(): string {
    return this.#timeZone;
  }

  set timeZone(timeZone: string) {
    this.#timeZone = timeZone;
  }

  /** The day of a daily report; yesterday unless another is chosen. */
  get date(): string {
    return this.#date ?? this.#yesterday;
  }

  set date(date: string) {
    this.#date = date;
  }

  /** Of an export; the seven days until yesterday unless others are chosen. */
  get firstDay(): string {
    return this.#firstDay ?? dayAfter(this.#yesterday, -6);
  }

  set firstDay(day: string) {
    this.#firstDay = day;
  }

  /** The last day that is exported. */
  get lastDay(): string {
    return this.#lastDay ?? this.#yesterday;
  }

  set lastDay(day: string) {
    this.#lastDay = day;
  }

  /**
   * Starts the report unless that is under way. Sent again after a lost answer it starts no second one, since
   * the same content goes under the same key.
   * @returns the run, or undefined where `form` says what went wrong
   */
  async run(): Promise<Report | undefined> {
    let run: Report | undefined;
    await this.form.submit(
      () => this.#faults(),
      async () => {
        const asked = this.#asked();
        run = await this.#options.api.startReport(asked, this.#keyOf(asked));
        this.#submission = undefined;
      },
      startErrorText,
      (cause) => fieldErrorsOf(cause, (path) => FIELD_OF[path]),
    );
    return run;
  }

  get #yesterday(): string {
    const zone = isTimeZone(this.#timeZone) ? this.#timeZone : this.#options.timeZone;
    return dayAfter(dayAt(this.#options.now(), zone), -1);
  }

  #faults(): FieldErrors<NewReportField> {
    if (this.#kind === 'ageing') return {};
    const faults: FieldErrors<NewReportField> = {};
    if (!isTimeZone(this.#timeZone)) {
      faults.timeZone = 'Choose a time zone of the list, such as Europe/Berlin.';
    }
    const days = this.#kind === 'daily' ? (['date'] as const) : (['firstDay', 'lastDay'] as const);
    for (const day of days) {
      if (!dateSchema.safeParse(this[day]).success) faults[day] = 'Enter a day.';
    }
    const isWhole = faults.firstDay === undefined && faults.lastDay === undefined;
    if (this.#kind === 'export' && isWhole && this.lastDay < this.firstDay) {
      faults.lastDay = 'The last day must not be before the first.';
    }
    return faults;
  }

  #asked(): NewReport {
    switch (this.#kind) {
      case 'daily':
        return { kind: 'daily', date: this.date, timeZone: this.#timeZone };
      case 'ageing':
        return { kind: 'ageing' };
      case 'export': {
        const edge = (day: string) => new Date(startOfDay(day, this.#timeZone)).toISOString();
        return {
          kind: 'export',
          from: edge(this.firstDay),
          to: edge(dayAfter(this.lastDay)),
          ...(this.isGzipped ? { gzip: true } : {}),
        };
      }
    }
  }

  #keyOf(asked: NewReport): string {
    const body = JSON.stringify(asked);
    if (this.#submission?.body !== body) this.#submission = { key: this.#options.newKey(), body };
    return this.#submission.key;
  }
}

function startErrorText(cause: unknown): string {
  const kind = cause instanceof ApiError ? cause.kind : undefined;
  return kind === 'unreachable' || kind === 'unavailable' ? NO_ANSWER : apiErrorText(cause);
}
