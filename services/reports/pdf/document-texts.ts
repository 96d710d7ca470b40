import type { StyledText } from './fonts/font-set.ts';
import type { Block, ReportDocument } from './report-document.ts';

/** All that a document prints but numbers at axes, whose characters its values have too: what its fonts must draw. */
export function* documentTexts(document: ReportDocument): Iterable<StyledText> {
  yield* strong(document.title);
  yield* plain(document.title, document.subtitle);
  for (const block of document.blocks) yield* blockTexts(block);
}

function* blockTexts(block: Block): Iterable<StyledText> {
  switch (block.kind) {
    case 'keyFigures':
      for (const { label, value, comparisons = [] } of block.items) {
        yield* plain(label, ...comparisons.map((comparison) => comparison.label));
        yield* strong(value, ...comparisons.map((comparison) => comparison.value));
      }
      return;
    case 'barChart':
      yield* strong(block.title, block.total ?? '');
      yield* plain(block.xTitle, block.yTitle, block.format(0));
      for (const { label, value, parts = [] } of block.bars) {
        yield* plain(label, block.format(value), ...parts.map((part) => part.label));
      }
      return;
    case 'table':
      yield* strong(
        block.title,
        ...block.columns.map(({ title }) => title),
        ...(block.total ?? []),
      );
      yield* plain(block.note ?? '');
      for (const row of block.rows) yield* plain(...row);
      return;
    case 'note':
      yield* plain(block.text);
      return;
    default:
      block satisfies never;
  }
}

function* plain(...texts: string[]): Iterable<StyledText> {
  for (const text of texts) yield { text, weight: 400 };
}

function* strong(...texts: string[]): Iterable<StyledText> {
  for (const text of texts) yield { text, weight: 600 };
}
