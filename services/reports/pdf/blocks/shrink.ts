import type { TextLine, TextStyle, Typesetter } from '../text/typesetter.ts';

const SMALLEST = 5.5;

/**
 * A line within `width`, in smaller letters where it must be: half a number would be another number. Cut, with an ellipsis, only what
 * even the smallest letters do not hold.
 */
export function shrink(
  text: string,
  style: TextStyle,
  width: number,
  typesetter: Typesetter,
): TextLine {
  const line = typesetter.line(text, style);
  if (line.width <= width) return line;
  const size = Math.max(SMALLEST, Math.floor((style.size * width * 10) / line.width) / 10);
  return typesetter.fit(text, { ...style, size }, width);
}
