import type { ReportKind } from '@ordercast/contract/report.ts';
import type { Knex } from 'knex';
import type { z } from 'zod';
import type { CsvRow } from '../csv/csv-row.ts';
import type { ReportDocument } from '../pdf/report-document.ts';

export interface ReportScope {
  /** Epoch ms: the report is of orders placed in `[from, to)`. */
  from: number;
  to: number;
  /** An IANA name: whose days and hours are meant. */
  timeZone: string;
  /** Epoch ms: when the data is read. */
  at: number;
}

/** What a mail and a list say of a report. */
export interface Headline {
  title: string;
  lines: readonly { label: string; value: string }[];
}

/**
 * A report: its questions to the database, its columns and its pages. `db` is the transaction of one
 * consistent reading, so that figures, count and rows agree.
 */
export interface ReportDefinition<Figures> {
  kind: ReportKind;
  /** Where it runs on AWS: light within a Lambda's 15 minutes, heavy in a Fargate task. */
  weight: 'light' | 'heavy';
  /** Small JSON, kept with the run and previewed by the page. */
  figuresSchema: z.ZodType<Figures>;
  readFigures(db: Knex, scope: ReportScope): Promise<Figures>;
  csv: {
    columns: readonly string[];
    /** As many rows as `readRows` gives. */
    countRows(db: Knex, scope: ReportScope, figures: Figures): Promise<number>;
    /** Pages of at most some hundred rows, by key; nothing is held but a page. */
    readRows(db: Knex, scope: ReportScope, figures: Figures): AsyncIterable<readonly CsvRow[]>;
  };
  /** Undefined: the report has no PDF. */
  document?(figures: Figures, scope: ReportScope): ReportDocument;
  headline(figures: Figures, scope: ReportScope): Headline;
}
