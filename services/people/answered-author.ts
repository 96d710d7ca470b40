import type { AnsweredAuthor, Author } from '@ordercast/contract/author.ts';
import type { Caller } from '../http/route.ts';

/** An author as an answer names them to the caller: never by `sub`, and with `self` where it is the caller. */
export function answeredAuthor(
  { sub, name, role }: Author & { sub: string },
  caller: Pick<Caller, 'sub'>,
): AnsweredAuthor {
  return { name, role, ...(sub === caller.sub && { self: true }) };
}
