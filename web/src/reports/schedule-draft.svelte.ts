import { MAX_RECIPIENTS, scheduleIdSchema } from '@ordercast/contract/report-schedule.ts';
import type {
  ExportPeriod,
  PutReportSchedule,
  Recipient,
  ReportSchedule,
} from '@ordercast/contract/report-schedule.ts';
import type { ReportKind } from '@ordercast/contract/report.ts';
import { ApiError, apiErrorText, asSentence } from '../api/api-error.ts';
import { isTimeZone } from '../format/day.ts';
import { fieldErrorsOf } from '../layout/field-errors.ts';
import { emptyFields, FormState } from '../layout/form-state.svelte.ts';
import type { FieldErrors } from '../layout/form-state.svelte.ts';
import type { ReportApi } from './report-api.ts';
import { SchedulePreview } from './schedule-preview.svelte.ts';

const EVERY_MORNING = 'cron(0 6 * * ? *)';
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export type ScheduleField = 'id' | 'expression' | 'timeZone' | 'address';

export interface ScheduleDraftOptions {
  /** Undefined for a schedule that is still to be made. */
  id: string | undefined;
  api: Pick<ReportApi, 'readSchedule' | 'putSchedule' | 'previewSchedule'>;
  /** IANA name of the time zone that a new schedule begins with. */
  timeZone: string;
  /** Resolves when typing has paused, as it seems. */
  typingPause: () => Promise<void>;
  /** Resolves when a schedule that the scheduler has yet to follow is worth another look. */
  syncPause: () => Promise<void>;
}

/** A schedule being looked at or edited, on the version that was read. */
export class ScheduleDraft {
  readonly form = new FormState<ScheduleField>();
  readonly preview: SchedulePreview;
  readonly #options: ScheduleDraftOptions;
  #state = $state<'loading' | 'ready' | 'not-found' | 'failed'>('loading');
  /** As it was last read or saved. */
  #saved = $state.raw<ReportSchedule>();
  #error = $state<string>();
  #isStale = $state(false);
  #isSaved = $state(false);
  #expression = $state(EVERY_MORNING);
  #timeZone = $state('');
  #recipients = $state.raw<readonly Recipient[]>([]);
  #isClosed = false;
  #isFollowing = false;
  id = $state('');
  kind = $state<ReportKind>('daily');
  period = $state<ExportPeriod>('day');
  isGzipped = $state(false);
  isEnabled = $state(true);
  /** An address that is being typed, to be added. */
  address = $state('');

  constructor(options: ScheduleDraftOptions) {
    this.#options = options;
    this.#timeZone = options.timeZone;
    this.id = options.id ?? '';
    this.preview = new SchedulePreview(options);
  }

  get isNew(): boolean {
    return this.#options.id === undefined;
  }

  get state(): 'loading' | 'ready' | 'not-found' | 'failed' {
    return this.#state;
  }

  get saved(): ReportSchedule | undefined {
    return this.#saved;
  }

  /** Why the schedule could not be read. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Whether what is kept may be another version than the one that is edited. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Whether it was saved, until something is edited again. */
  get isSaved(): boolean {
    return this.#isSaved;
  }

  get expression(): string {
    return this.#expression;
  }

  set expression(expression: string) {
    this.#expression = expression;
    void this.preview.show(this.#expression, this.#timeZone);
  }

  get timeZone(): string {
    return this.#timeZone;
  }

  set timeZone(timeZone: string) {
    this.#timeZone = timeZone;
    void this.preview.show(this.#expression, this.#timeZone);
  }

  get recipients(): readonly Recipient[] {
    return this.#recipients;
  }

  /** Reads the schedule, and its sync state until the scheduler follows it; returns the clean-up. */
  open(): () => void {
    if (this.isNew) {
      this.#state = 'ready';
      void this.preview.show(this.#expression, this.#timeZone);
    } else {
      void this.load();
    }
    return () => {
      this.#isClosed = true;
      this.preview.close();
    };
  }

  /** Reads the schedule and gives up what was edited; never rejects. */
  async load(): Promise<void> {
    const { id, api } = this.#options;
    if (id === undefined) return;
    try {
      const read = await api.readSchedule(id);
      if (this.#isClosed) return;
      this.#take(read);
      this.#state = 'ready';
      this.#error = undefined;
      this.form.forget();
      this.#isSaved = false;
    } catch (cause) {
      if (this.#isClosed) return;
      const isMissing = cause instanceof ApiError && cause.kind === 'not-found';
      if (isMissing) this.#state = 'not-found';
      else if (this.#state === 'loading') this.#state = 'failed';
      this.#error = apiErrorText(cause);
    }
  }

  /** Reads again what could not be read for want of a connection. */
  async reconnected(): Promise<void> {
    if (this.#state === 'failed') await this.load();
  }

  /** Something was edited, so what was saved is not what stands here. */
  edited(): void {
    this.#isSaved = false;
  }

  /** Puts the typed address on the list; says whether, and else why not in `form`. */
  async addAddress(): Promise<boolean> {
    return this.form.submit(
      () => this.#addressFault(),
      () => {
        this.#addTyped();
        return Promise.resolve();
      },
      apiErrorText,
    );
  }

  removeAddress(address: string): void {
    this.#recipients = this.#recipients.filter((recipient) => recipient.address !== address);
    this.edited();
  }

  /**
   * Saves the schedule on the version that was read; an address still being typed is added first.
   * @returns what is kept now, or undefined where `form` says what went wrong
   */
  async save(): Promise<ReportSchedule | undefined> {
    let saved: ReportSchedule | undefined;
    await this.form.submit(
      () => this.#faults(),
      async () => {
        if (this.address.trim() !== '') this.#addTyped();
        saved = await this.#options.api.putSchedule(
          this.id.trim(),
          this.#content(),
          this.#saved?.version,
        );
        this.#take(saved);
        this.#isSaved = true;
      },
      (cause) => this.#saveErrorText(cause),
      (cause) => this.#fieldsOf(cause),
    );
    return saved;
  }

  #take(schedule: ReportSchedule): void {
    this.#saved = schedule;
    this.#isStale = false;
    this.kind = schedule.kind;
    this.period = schedule.period ?? 'day';
    this.isGzipped = schedule.gzip;
    this.isEnabled = schedule.enabled;
    this.#recipients = schedule.recipients;
    this.#expression = schedule.expression;
    this.#timeZone = schedule.timeZone;
    void this.preview.show(this.#expression, this.#timeZone);
    void this.#followSync();
  }

  #content(): PutReportSchedule {
    const isExport = this.kind === 'export';
    return {
      kind: this.kind,
      expression: this.#expression.trim(),
      timeZone: this.#timeZone.trim(),
      period: isExport ? this.period : null,
      gzip: isExport && this.isGzipped,
      enabled: this.isEnabled,
      recipients: this.#recipients.map(({ address }) => address),
    };
  }

  #addTyped(): void {
    const address = this.address.trim();
    // Taken off and put on again before it is saved, it is what it was.
    const known = this.#saved?.recipients.find((recipient) => recipient.address === address);
    const added: Recipient = known ?? { address, state: 'active', at: null, reason: null };
    this.#recipients = [...this.#recipients, added];
    this.address = '';
    this.edited();
  }

  #addressFault(): FieldErrors<ScheduleField> {
    const address = this.address.trim();
    if (!ADDRESS.test(address)) {
      return { address: 'Enter one mail address, such as ada@example.com.' };
    }
    const isSame = (other: string) => other.toLowerCase() === address.toLowerCase();
    if (this.#recipients.some((recipient) => isSame(recipient.address))) {
      return { address: 'It is on the list already.' };
    }
    return this.#recipients.length >= MAX_RECIPIENTS
      ? { address: `At most ${MAX_RECIPIENTS} addresses get a report: use a mailing list.` }
      : {};
  }

  #faults(): FieldErrors<ScheduleField> {
    const faults: FieldErrors<ScheduleField> = emptyFields(
      { expression: this.#expression },
      { expression: 'Enter when it runs, such as cron(0 6 * * ? *).' },
    );
    const named = scheduleIdSchema.safeParse(this.id.trim());
    if (!named.success) {
      faults.id = 'Use 2 to 64 small letters, digits and hyphens, such as daily-orders.';
    }
    if (!isTimeZone(this.#timeZone.trim())) {
      faults.timeZone = 'Choose a time zone of the list, such as Europe/Berlin.';
    }
    return this.address.trim() === '' ? faults : { ...faults, ...this.#addressFault() };
  }

  #fieldsOf(cause: unknown): FieldErrors<ScheduleField> {
    const isTaken = this.isNew && cause instanceof ApiError && cause.kind === 'stale';
    if (isTaken && this.#saved === undefined) {
      return { id: 'There is a schedule of this name already. Choose another.' };
    }
    return fieldErrorsOf(
      cause,
      (path) => {
        if (path === 'expression' || path === 'timeZone' || path === 'id') return path;
        return path.startsWith('recipients') ? 'address' : undefined;
      },
      (message, path) => {
        const index = /^recipients\.(\d+)$/.exec(path)?.[1];
        const address = index === undefined ? undefined : this.#recipients[Number(index)]?.address;
        return address === undefined ? asSentence(message) : `${address}: ${message}.`;
      },
    );
  }

  #saveErrorText(cause: unknown): string {
    const kind = cause instanceof ApiError ? cause.kind : undefined;
    if (kind === 'stale') {
      this.#isStale = true;
      return 'This schedule has been changed meanwhile, by somebody else or because a mail bounced. Your changes are not saved.';
    }
    if (kind === 'unreachable') {
      this.#isStale = !this.isNew;
      return 'No answer came, so the schedule may or may not have been saved. Save it again: nothing is done twice.';
    }
    return apiErrorText(cause);
  }

  async #followSync(): Promise<void> {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    while (!this.#isClosed && this.#saved?.sync.state === 'waiting') {
      await this.#options.syncPause();
      await this.#readSync(this.#saved);
    }
    this.#isFollowing = false;
  }

  /** Of another version than the one that is edited nothing is taken: saving then tells. */
  async #readSync({ id, version }: ReportSchedule): Promise<void> {
    if (this.#isClosed) return;
    const read = await this.#options.api.readSchedule(id).catch(() => undefined);
    const isSame = read?.version === version && this.#saved?.version === version;
    if (read && isSame) this.#saved = { ...this.#saved, ...read };
  }
}
