import { ApiError, asSentence } from '../api/api-error.ts';
import type { FieldErrors } from './form-state.svelte.ts';

/**
 * What the server found wrong, as messages under the fields of a form; `fieldOf` names the field that a path of
 * the request's body stands in, `textOf` what to say there. Empty where any of it has no field: the message of the form then tells all.
 */
export function fieldErrorsOf<Field extends string>(
  cause: unknown,
  fieldOf: (path: string) => Field | undefined,
  textOf: (message: string, path: string) => string = asSentence,
): FieldErrors<Field> {
  if (!(cause instanceof ApiError) || cause.kind !== 'invalid') return {};
  const errors: FieldErrors<Field> = {};
  for (const { path, message } of cause.fields) {
    const field = fieldOf(path);
    if (field === undefined) return {};
    errors[field] ??= textOf(message, path);
  }
  return errors;
}
