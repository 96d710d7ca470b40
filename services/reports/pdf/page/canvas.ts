import type PDFDocument from 'pdfkit';
import { RIGHT_TO_LEFT } from '../fonts/shaped-font.ts';
import type { TextRun } from '../text/bidi-runs.ts';
import type { TextLine } from '../text/typesetter.ts';
import { CONTENT_WIDTH, MARGIN } from './page-size.ts';

type Pdf = InstanceType<typeof PDFDocument>;
type Element = PDFKit.PDFStructureElement;

/** What a screen reader is told that something is. */
export type Tag = 'H1' | 'H2' | 'P' | 'TH' | 'TD' | 'Figure';

/**
 * Draws on the current page. Coordinates are in points from the upper left corner of its content. What is drawn outside `tagged` and
 * `cell` is decoration that a screen reader passes over.
 */
export class Canvas {
  readonly width = CONTENT_WIDTH;
  readonly #pdf: Pdf;
  readonly #root: Element;
  #isTagged = false;

  constructor(pdf: Pdf) {
    this.#pdf = pdf;
    this.#root = pdf.struct('Document');
    pdf.addStructure(this.#root);
  }

  /** `y` is the baseline; `turn` is clockwise around (`x`, `y`), in degrees. */
  text(line: TextLine, x: number, y: number, color: string, turn = 0): void {
    this.#marked(() => {
      const pdf = this.#pdf;
      if (turn !== 0) pdf.save().rotate(turn, { origin: [MARGIN.left + x, MARGIN.top + y] });
      for (const { run, left } of inReadingOrder(line)) {
        pdf
          .font(run.font.name, line.style.size)
          .fillColor(color)
          .text(run.text, MARGIN.left + x + left, MARGIN.top + y, {
            lineBreak: false,
            baseline: 'alphabetic',
            // Given, a text is laid out as a whole, not word by word in the order of its characters.
            features: run.rightToLeft ? [RIGHT_TO_LEFT] : [],
          });
      }
      if (turn !== 0) pdf.restore();
    });
  }

  rectangle(x: number, y: number, width: number, height: number, color: string, radius = 0): void {
    this.#marked(() => {
      this.#pdf.roundedRect(MARGIN.left + x, MARGIN.top + y, width, height, radius).fill(color);
    });
  }

  /** From (`x`, `y`) to the right, or down where `vertical`. */
  rule(
    x: number,
    y: number,
    length: number,
    color: string,
    { vertical = false, weight = 0.5 } = {},
  ) {
    const [left, top] = [MARGIN.left + x, MARGIN.top + y];
    this.#marked(() => {
      this.#pdf
        .moveTo(left, top)
        .lineTo(vertical ? left : left + length, vertical ? top + length : top)
        .lineWidth(weight)
        .stroke(color);
    });
  }

  /** What `draw` draws is one thing to a screen reader; `alt` is what it says of a picture. */
  tagged(tag: Tag, draw: () => void, alt?: string): void {
    this.#content(this.#root, tag, draw, alt === undefined ? {} : { alt });
  }

  table(): Element {
    const table = this.#pdf.struct('Table');
    this.#root.add(table);
    return table;
  }

  row(table: Element): Element {
    const row = this.#pdf.struct('TR');
    table.add(row);
    return row;
  }

  cell(row: Element, tag: 'TH' | 'TD', draw: () => void): void {
    this.#content(row, tag, draw, {});
  }

  /** Ends the tree of what is there for a screen reader. */
  end(): void {
    this.#root.end();
  }

  #content(parent: Element, tag: Tag, draw: () => void, options: { alt?: string }): void {
    const content = this.#pdf.markStructureContent(tag);
    this.#isTagged = true;
    draw();
    this.#isTagged = false;
    this.#pdf.endMarkedContent();
    parent.add(this.#pdf.struct(tag, options, content));
  }

  #marked(draw: () => void): void {
    if (this.#isTagged) {
      draw();
      return;
    }
    this.#pdf.markContent('Artifact', { type: 'Layout' });
    draw();
    this.#pdf.endMarkedContent();
  }
}

/** A line's runs, each with its distance from the line's left end. Who reads the file's text reads it in the order of drawing. */
function inReadingOrder({ runs, style }: TextLine): { run: TextRun; left: number }[] {
  let next = 0;
  return runs
    .map((run) => {
      const left = next;
      next += run.font.widthOf(run.text, run.rightToLeft) * style.size;
      return { run, left };
    })
    .sort((one, other) => one.run.at - other.run.at);
}
