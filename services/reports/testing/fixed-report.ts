import { z } from 'zod';
import type { ReportDefinition } from '../definition/report-definition.ts';

const ROW_TEXT = 'x'.repeat(1_000);

/** Rows of some 1,000 bytes, 100 a page; 20,000 make a file of three parts. `onPage` may wait, or fail. */
export function fixedReport({
  rows = 200,
  onPage = () => undefined,
  onFigures = () => undefined,
}: {
  rows?: number;
  onPage?: (page: number) => unknown;
  onFigures?: () => unknown;
} = {}): ReportDefinition<unknown> {
  return {
    kind: 'export',
    weight: 'heavy',
    figuresSchema: z.unknown(),
    readFigures: async () => {
      await onFigures();
      return { rows };
    },
    csv: {
      columns: ['number', 'text'],
      countRows: () => Promise.resolve(rows),
      readRows: async function* () {
        for (let page = 0; page * 100 < rows; page += 1) {
          await onPage(page);
          yield Array.from({ length: 100 }, (_none, at) => [page * 100 + at, ROW_TEXT]);
        }
      },
    },
    headline: () => ({ title: 'Rows', lines: [] }),
  };
}
