import { hasVisibleCharacters } from '@ordercast/contract/hidden-characters.ts';
import { ApiError } from '../api/api-error.ts';
import { AuthError } from '../auth/auth-error.ts';

/** Messages under the fields of one form, by the field's name. */
export type FieldErrors<Field extends string> = Partial<Record<Field, string>>;

/** What every form knows: whether it is being sent, and what was wrong with it. */
export class FormState<Field extends string = never> {
  #busy = $state(false);
  #error = $state<string>();
  #fieldErrors = $state.raw<FieldErrors<Field>>({});
  #check: () => FieldErrors<Field> = () => ({});
  #isAboutConnection = false;

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

  /** The message about that field goes, and any other that is wrong by now; none comes before the next sending. */
  edited(name: string): void {
    const left = this.#check();
    const errors: FieldErrors<Field> = {};
    for (const field in this.#fieldErrors) {
      const error = this.#fieldErrors[field];
      if (field !== name && error === left[field]) errors[field] = error;
    }
    this.#fieldErrors = errors;
    this.#error = undefined;
  }

  /** A message that only the connection was to blame for goes. */
  reconnected(): void {
    if (this.#isAboutConnection) this.#error = undefined;
  }

  /**
   * Sends the form unless it is being sent already or `check` finds fault with a field; it is asked again as
   * fields are edited.
   * @returns whether `send` went through; where it failed, `fieldsOf` says what to show under which fields, and
   * where that is nothing, `textOf` what to show above them
   */
  async submit(
    check: () => FieldErrors<Field>,
    send: () => Promise<unknown>,
    textOf: (cause: unknown) => string,
    fieldsOf: (cause: unknown) => FieldErrors<Field> = () => ({}),
  ): Promise<boolean> {
    if (this.#busy) return false;
    this.#error = undefined;
    this.#check = check;
    this.#fieldErrors = check();
    if (Object.keys(this.#fieldErrors).length > 0) return false;
    this.#busy = true;
    try {
      await send();
      return true;
    } catch (cause) {
      const faults = fieldsOf(cause);
      if (Object.keys(faults).length > 0) {
        this.#fieldErrors = faults;
        this.#check = () => ({ ...faults, ...check() });
        return false;
      }
      this.#error = textOf(cause);
      this.#isAboutConnection = isAboutConnection(cause);
      return false;
    } finally {
      this.#busy = false;
    }
  }
}

/** Nothing was done, since there was no way to the server; what may have been done all the same is more than that. */
function isAboutConnection(cause: unknown): boolean {
  if (cause instanceof ApiError) return cause.kind === 'not-sent';
  return cause instanceof AuthError && cause.isUnreachable;
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
