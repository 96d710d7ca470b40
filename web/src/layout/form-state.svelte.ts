import { hasVisibleCharacters } from '@ordercast/contract/hidden-characters.ts';

/** Messages under the fields of one form, by the field's name. */
export type FieldErrors<Field extends string> = Partial<Record<Field, string>>;

/** What every form knows: whether it is being sent, and what was wrong with it. */
export class FormState<Field extends string = never> {
  #busy = $state(false);
  #error = $state<string>();
  #fieldErrors = $state.raw<FieldErrors<Field>>({});

  get busy(): boolean {
    return this.#busy;
  }

  /** What went wrong with the form as a whole. */
  get error(): string | undefined {
    return this.#error;
  }

  get fieldErrors(): FieldErrors<Field> {
    return this.#fieldErrors;
  }

  /** What was wrong is so no longer, or was seen. */
  forget(): void {
    this.#error = undefined;
    this.#fieldErrors = {};
  }

  /**
   * Sends the form unless it is being sent already or `check` finds fault with a field.
   * @returns whether `send` went through; where it failed, `textOf` says what to show
   */
  async submit(
    check: FieldErrors<Field>,
    send: () => Promise<unknown>,
    textOf: (cause: unknown) => string,
  ): Promise<boolean> {
    if (this.#busy) return false;
    this.#error = undefined;
    this.#fieldErrors = check;
    if (Object.keys(check).length > 0) return false;
    this.#busy = true;
    try {
      await send();
      return true;
    } catch (cause) {
      this.#error = textOf(cause);
      return false;
    } finally {
      this.#busy = false;
    }
  }
}

/** One message for each field that was left empty, or in which nothing shows. */
export function emptyFields<Field extends string>(
  values: Readonly<Record<Field, string>>,
  messages: Readonly<Record<Field, string>>,
): FieldErrors<Field> {
  const errors: FieldErrors<Field> = {};
  for (const field in values) {
    if (!hasVisibleCharacters(values[field])) errors[field] = messages[field];
  }
  return errors;
}
