import PDFDocument from 'pdfkit';
import { barChartPieces } from './blocks/bar-chart.ts';
import { keyFigurePieces } from './blocks/key-figures.ts';
import { tablePieces } from './blocks/table.ts';
import { documentHeadPieces, notePieces } from './blocks/text-pieces.ts';
import { documentTexts } from './document-texts.ts';
import { loadFonts } from './fonts/font-set.ts';
import { Canvas } from './page/canvas.ts';
import { drawFooter } from './page/footer.ts';
import { CONTENT_HEIGHT, PAGE } from './page/page-size.ts';
import { paginate } from './page/piece.ts';
import type { Piece } from './page/piece.ts';
import type { Block, ReportDocument } from './report-document.ts';
import { Typesetter } from './text/typesetter.ts';

/**
 * A document as a PDF file on A4 pages. The same document and `createdAt` (epoch ms, printed in each page's foot) give the same bytes.
 * A page is drawn when what was before it has been taken. Throws where a bar of a chart has no finite value.
 */
export async function* renderPdf(
  document: ReportDocument,
  { createdAt }: { createdAt: number },
): AsyncIterable<Uint8Array> {
  const fonts = await loadFonts(documentTexts(document), document.language);
  const typesetter = new Typesetter(fonts);
  const pages = paginate(
    [
      ...documentHeadPieces(document, typesetter),
      ...document.blocks.flatMap((block) => blockPieces(block, typesetter)),
    ],
    CONTENT_HEIGHT,
  );
  const pdf = new PDFDocument({
    size: [PAGE.width, PAGE.height],
    margin: 0,
    autoFirstPage: false,
    pdfVersion: '1.7',
    tagged: true,
    displayTitle: true,
    lang: document.language ?? 'en',
    // None of the fonts that are not embedded, whose measures pdfkit would read from files of its own.
    font: '',
    // Would grow with every word that is printed.
    fontLayoutCache: false,
    info: {
      Title: document.title,
      Subject: document.subtitle,
      Creator: 'Ordercast',
      Producer: 'PDFKit',
      CreationDate: new Date(createdAt),
    },
  });
  for (const { name, font } of fonts.fonts) pdf.registerFont(name, font);
  const canvas = new Canvas(pdf);
  for (const [index, page] of pages.entries()) {
    pdf.addPage();
    for (const { piece, top } of page) piece.draw(canvas, top);
    drawFooter(canvas, typesetter, {
      title: document.title,
      createdAt,
      page: index + 1,
      pages: pages.length,
    });
    yield* written(pdf);
  }
  canvas.end();
  pdf.end();
  yield* written(pdf);
}

function blockPieces(block: Block, typesetter: Typesetter): Piece[] {
  switch (block.kind) {
    case 'keyFigures':
      return keyFigurePieces(block, typesetter);
    case 'barChart':
      return barChartPieces(block, typesetter);
    case 'table':
      return tablePieces(block, typesetter);
    case 'note':
      return notePieces(block, typesetter);
  }
}

/** What pdfkit has written since it was last asked; it writes in the call that draws. */
function* written(pdf: InstanceType<typeof PDFDocument>): Iterable<Uint8Array> {
  for (;;) {
    const chunk: unknown = pdf.read();
    if (!(chunk instanceof Uint8Array)) return;
    yield chunk;
  }
}
