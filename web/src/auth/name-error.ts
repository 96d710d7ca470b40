import { hasHiddenCharacters } from '@ordercast/contract/hidden-characters.ts';

/** What is wrong with a name that somebody gives themselves, or undefined. */
export function nameError(name: string): string | undefined {
  if (name.trim() === '') return 'Enter your name.';
  return hasHiddenCharacters(name.trim())
    ? 'The name holds characters that nobody can see. Type it in anew instead of pasting it.'
    : undefined;
}
