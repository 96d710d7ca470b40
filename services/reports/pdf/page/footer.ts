import type { Typesetter } from '../text/typesetter.ts';
import type { Canvas } from './canvas.ts';
import { COLORS, STYLES } from './look.ts';
import { CONTENT_HEIGHT } from './page-size.ts';

/** Below the content: what the document is, when it was made, and which of its pages this is. */
export function drawFooter(
  canvas: Canvas,
  typesetter: Typesetter,
  { title, createdAt, page, pages }: FooterTexts,
): void {
  const style = STYLES.small;
  const [top, y] = [CONTENT_HEIGHT + 14, CONTENT_HEIGHT + 27];
  const number = typesetter.line(`${page} of ${pages}`, style);
  const instant = new Date(createdAt).toISOString().replace('.000Z', 'Z');
  const made = typesetter.line(`Created ${instant}`, style);
  const madeAt = canvas.width - number.width - 24 - made.width;
  canvas.rule(0, top, canvas.width, COLORS.rule);
  canvas.text(typesetter.fit(title, style, madeAt - 24), 0, y, COLORS.muted);
  canvas.text(made, madeAt, y, COLORS.muted);
  canvas.text(number, canvas.width - number.width, y, COLORS.muted);
}

export interface FooterTexts {
  title: string;
  /** Epoch ms. */
  createdAt: number;
  page: number;
  pages: number;
}
