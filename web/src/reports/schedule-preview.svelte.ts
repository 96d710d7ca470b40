import { apiErrorText } from '../api/api-error.ts';
import { fieldErrorsOf } from '../layout/field-errors.ts';
import type { FieldErrors } from '../layout/form-state.svelte.ts';
import type { ReportApi } from './report-api.ts';

export interface SchedulePreviewOptions {
  api: Pick<ReportApi, 'previewSchedule'>;
  /** Resolves when typing has paused, as it seems. */
  typingPause: () => Promise<void>;
}

/** The next times of a schedule while its expression is typed. */
export class SchedulePreview {
  readonly #options: SchedulePreviewOptions;
  #times = $state.raw<readonly string[]>([]);
  #timeZone = $state('UTC');
  #faults = $state.raw<FieldErrors<'expression' | 'timeZone'>>({});
  #error = $state<string>();
  #isLoading = $state(false);
  /** Counts what was typed: an answer about anything earlier is dropped. */
  #typed = 0;

  constructor(options: SchedulePreviewOptions) {
    this.#options = options;
  }

  /** At most the next three. */
  get times(): readonly string[] {
    return this.#times;
  }

  /** The zone that they are times of. */
  get timeZone(): string {
    return this.#timeZone;
  }

  /** What is wrong with what was typed, in words that stand under its field. */
  get faults(): FieldErrors<'expression' | 'timeZone'> {
    return this.#faults;
  }

  /** Why the times could not be had, where nothing is wrong with what was typed. */
  get error(): string | undefined {
    return this.#error;
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** Asks for the times of what was typed, once typing pauses; never rejects. */
  async show(expression: string, timeZone: string): Promise<void> {
    this.#typed += 1;
    const typed = this.#typed;
    this.#isLoading = expression.trim() !== '' && timeZone.trim() !== '';
    if (!this.#isLoading) {
      this.#take({ times: [], timeZone });
      return;
    }
    await this.#options.typingPause();
    if (typed !== this.#typed) return;
    try {
      const times = await this.#options.api.previewSchedule(expression.trim(), timeZone.trim());
      if (typed === this.#typed) this.#take({ times, timeZone });
    } catch (cause) {
      if (typed === this.#typed) this.#fail(cause);
    }
  }

  /** What is on its way is no longer wanted. */
  close(): void {
    this.#typed += 1;
  }

  #take({ times, timeZone }: { times: readonly string[]; timeZone: string }): void {
    this.#times = times;
    this.#timeZone = timeZone;
    this.#faults = {};
    this.#error = undefined;
    this.#isLoading = false;
  }

  #fail(cause: unknown): void {
    this.#times = [];
    this.#isLoading = false;
    this.#faults = fieldErrorsOf(cause, (path) =>
      path === 'expression' || path === 'timeZone' ? path : undefined,
    );
    const isTold = Object.keys(this.#faults).length > 0;
    this.#error = isTold ? undefined : apiErrorText(cause);
  }
}
