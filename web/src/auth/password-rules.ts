import type { FieldErrors } from '../layout/form-state.svelte.ts';

/** The pool's policy decides; these are the rules of Cognito's usual one. */
export const PASSWORD_HINT =
  'At least 8 characters, with upper and lower case letters, a number and a symbol.';

/** What can be told of a new password without asking Cognito. */
export function newPasswordErrors(
  password: string,
  repeated: string,
): FieldErrors<'password' | 'repeated'> {
  if (password === '') return { password: 'Enter a new password.' };
  if (password.length < 8) return { password: 'The password must have at least 8 characters.' };
  return password === repeated ? {} : { repeated: 'The two passwords are not the same.' };
}
