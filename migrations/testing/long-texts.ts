/** As a note has them, since a server reads thousands of short pieces slowly. */
const LINE = 'A line of a note, as somebody writes it who has more to say';

const PIECES: readonly (readonly [string, string])[] = [
  ['line feeds', `${LINE}\n`],
  ['ends of Windows', `${LINE}.\r\n`],
  ['variables of sqlcmd', `${LINE}, or it's $(x) `],
  ['emoji', `${LINE} 🍵 `],
  ['all of these', `${LINE}🍵\r\n$(x)\n'`],
  ['one line of plain text', 'plain '],
];

/** Texts around the lengths at which SQL Server would cut one that is put together of pieces. */
export const LONG_TEXTS: readonly (readonly [string, string])[] = PIECES.flatMap(([what, piece]) =>
  [3_999, 4_000, 4_001, 8_000, 8_001].map((length): readonly [string, string] => [
    `${length} characters with ${what}`,
    // What is last is what is cut; it must never be half a character.
    `${piece
      .repeat(Math.ceil(length / piece.length))
      .slice(0, length - 8)
      .replace(/[\uD800-\uDBFF]$/, '.')}the end.`,
  ]),
);
