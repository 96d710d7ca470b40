import { MAX_ANNOUNCEMENT_LENGTH } from '@ordercast/contract/announcement.ts';
import { emptyFields, FormState } from '../layout/form-state.svelte.ts';
import { tooLongText } from '../layout/text-length.ts';
import type { UnsentTexts } from '../storage/unsent-texts.ts';
import type { AnnouncementBoard } from './announcement-board.svelte.ts';
import { publishErrorText } from './announcement-board.svelte.ts';

const NAME = 'announcement';

/** An announcement being written; a look at another page loses nothing of it, nor does a reload. */
export class AnnouncementDraft {
  readonly form = new FormState<'text'>();
  readonly #board: Pick<AnnouncementBoard, 'publish'>;
  readonly #unsent: Pick<UnsentTexts, 'get' | 'set'>;
  #text = $state('');
  #isPublished = $state(false);

  constructor(board: Pick<AnnouncementBoard, 'publish'>, unsent: Pick<UnsentTexts, 'get' | 'set'>) {
    this.#board = board;
    this.#unsent = unsent;
    this.#text = unsent.get(NAME);
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.#unsent.set(NAME, text);
    this.forgetOutcome();
  }

  /** Whether the last one went out, until the next is begun. */
  get isPublished(): boolean {
    return this.#isPublished;
  }

  /** Whether there is more than can be published; the field says by how much. */
  get isTooLong(): boolean {
    return tooLongText(this.#text, MAX_ANNOUNCEMENT_LENGTH) !== undefined;
  }

  /** The person has seen what came of the last one; what is still on its way is told when they are back. */
  forgetOutcome(): void {
    this.#isPublished = false;
    this.form.forget();
  }

  /** Never rejects: `form` tells. */
  async publish(): Promise<void> {
    if (this.isTooLong) return;
    const text = this.#text;
    const isPublished = await this.form.submit(
      () => emptyFields({ text }, { text: 'Write what everybody should know.' }),
      () => this.#board.publish(text.trim()),
      publishErrorText,
    );
    // What was typed meanwhile is the next one.
    if (isPublished && this.#text === text) this.text = '';
    this.#isPublished = isPublished;
  }
}
