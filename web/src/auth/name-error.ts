import {
  hasHiddenCharacters,
  hasVisibleCharacters,
} from '@ordercast/contract/hidden-characters.ts';
import { MAX_NAME_LENGTH } from '@ordercast/contract/max-name-length.ts';
import { tooLongText } from '../layout/text-length.ts';

/** What is wrong with a name that somebody gives themselves, or undefined. */
export function nameError(name: string): string | undefined {
  if (!hasVisibleCharacters(name)) return 'Enter your name.';
  if (hasHiddenCharacters(name.trim())) {
    return 'The name holds characters that nobody can see. Type it in anew instead of pasting it.';
  }
  const tooLong = tooLongText(name, MAX_NAME_LENGTH);
  return tooLong && `A name has at most ${MAX_NAME_LENGTH} characters. ${tooLong}`;
}
