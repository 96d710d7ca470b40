import { z } from 'zod';

/**
 * Text written by people, at most `maxLength` UTF-16 units. Refused are what no database column or
 * page can carry: lone halves of surrogate pairs, and the null character.
 */
export function textSchema(maxLength: number) {
  const tooLong = `must be at most ${maxLength} UTF-16 units long (an emoji is two or more)`;
  return (
    z
      .string()
      // zod counts code points, as JSON Schema does; an nvarchar column counts UTF-16 units. Whatever exceeds
      // the first is told once.
      .max(maxLength, { error: tooLong, abort: true })
      .refine((text) => text.length <= maxLength, { error: tooLong })
      .refine((text) => text.isWellFormed() && !text.includes('\u0000'), {
        error: 'must be well-formed Unicode without null characters',
      })
  );
}
