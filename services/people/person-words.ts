import { foldText } from '@ordercast/contract/fold-text.ts';
import { cutText } from '@ordercast/platform/cut-text.ts';
import type { Person } from './person.ts';

/** Counts up when the rules below or `foldText` change: housekeeping then makes all words anew. */
export const WORDS_VERSION = 2;

/** UTF-16 units, as the column counts. */
const MAX_WORD_LENGTH = 320;
const MAX_WORDS_OF_NAME = 20;
/** A letter or digit after something else; marks are gone by then. */
const WORD_BEGINNING = /(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu;

/**
 * What a person is found by the beginning of: their name from each of its words on, so that both
 * `lovelace` and `ada love` find Ada Lovelace, and their mail address.
 */
export function personWords({ name, email }: Pick<Person, 'name' | 'email'>): string[] {
  const folded = foldText(name);
  const starts = [...folded.matchAll(WORD_BEGINNING)].map(({ index }) => index);
  const ofName = [...new Set([0, ...starts])].slice(0, MAX_WORDS_OF_NAME);
  const words = [...ofName.map((start) => folded.slice(start)), foldText(email)].map(bounded);
  return [...new Set(words)].filter((word) => word !== '');
}

/** The beginning that a search for `q` looks for among these words. */
export function searchedWord(q: string): string {
  return bounded(foldText(q));
}

/** Without a blank at the end, which SQL Server does not tell from none. */
function bounded(word: string): string {
  return cutText(word, MAX_WORD_LENGTH).trimEnd();
}

/** The form in which programs of the version before compare names and addresses. */
export function toSearchKey(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
