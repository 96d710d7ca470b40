/** What the packages' own types leave out and fonts/shaped-font.ts builds on. */
import type { Font } from 'fontkit';

declare module 'fontkit' {
  interface Font {
    /** By their ids in the font. */
    _glyphs: Record<number, Glyph>;
  }

  interface Subset {
    /** Of the font, in the order of their ids within the subset. */
    glyphs: number[];
    includeGlyph(glyph: number): number;
  }
}

declare global {
  namespace PDFKit.Mixins {
    interface PDFFont {
      /** A font that fontkit has opened. */
      registerFont(name: string, font: Font): this;
    }
  }
}
