import { Readable, pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { inSnapshot } from '@ordercast/platform/snapshot.ts';
import { untilAborted } from '@ordercast/platform/until-aborted.ts';
import type { Knex } from 'knex';
import type { CsvRow } from '../csv/csv-row.ts';
import { toCsv } from '../csv/to-csv.ts';
import type { ReportDefinition, ReportScope } from '../definition/report-definition.ts';
import type { ReportDocument } from '../pdf/report-document.ts';
import type { ReportFiles } from '../storage/report-files.ts';
import { attemptPrefix } from '../storage/report-key.ts';
import type { ClaimedRun } from './take-up-run.ts';
import { fileName } from './file-name.ts';
import { inPart } from './part-failed.ts';
import type { RunFile } from './report-run.ts';

export interface MakeReportParts {
  /** A handle of one connection that is used for nothing else; see `inSnapshot`. */
  openSnapshot: () => Knex;
  files: ReportFiles;
  /** Epoch ms. */
  clock: () => number;
}

export interface MadeReport {
  files: RunFile[];
  /** In JSON. */
  figures: string;
  /** Of the CSV. */
  rows: number;
}

/**
 * Reads a report as of one moment and writes its files; of rows no more than a page is held. What fails is thrown as `PartFailed`; once
 * `signal` is aborted its reason is thrown, and what was written by then stays for whoever sweeps.
 */
export async function makeReport<Figures>(
  { openSnapshot, files, clock }: MakeReportParts,
  definition: ReportDefinition<Figures>,
  { run, lease }: ClaimedRun,
  {
    onRows,
    signal,
  }: { onRows: (done: number, total: number) => Promise<void>; signal: AbortSignal },
): Promise<MadeReport> {
  const scope: ReportScope = {
    from: run.from,
    to: run.to,
    timeZone: run.timeZone,
    at: clock(),
  };
  const base = attemptPrefix(lease.runId, lease.attempt) + fileName(run, scope.at);

  const { figures, rows, csv } = await inPart('figures', () =>
    inSnapshot(openSnapshot, async (db) => {
      const figures = await untilAborted(definition.readFigures(db, scope), signal);
      const total = await untilAborted(definition.csv.countRows(db, scope, figures), signal);
      let rows = 0;
      await onRows(rows, total);
      const pages = counted(definition.csv.readRows(db, scope, figures), async (count) => {
        rows += count;
        await onRows(rows, total);
      });
      // A spreadsheet takes a file without the mark for text of another code page; what is packed is for programs.
      const text = toCsv(definition.csv.columns, pages, { bom: !run.gzip });
      const csv = await inPart('csv', () =>
        run.gzip
          ? write('csv', `${base}.csv.gz`, 'application/gzip', packed(text))
          : write('csv', `${base}.csv`, 'text/csv; charset=utf-8', text),
      );
      return { figures, rows, csv };
    }),
  );

  const document = definition.document?.(figures, scope);
  const pdf =
    document &&
    (await inPart('pdf', async () =>
      write('pdf', `${base}.pdf`, 'application/pdf', await drawn(document, scope.at)),
    ));
  return { files: [...(pdf ? [pdf] : []), csv], figures: JSON.stringify(figures), rows };

  async function write(
    format: RunFile['format'],
    key: string,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
  ): Promise<RunFile> {
    return { format, key, bytes: await files.upload(key, contentType, body, signal) };
  }
}

/** Fonts and what draws with them take 20 MB, which a report without pages does not need. */
async function drawn(
  document: ReportDocument,
  createdAt: number,
): Promise<AsyncIterable<Uint8Array>> {
  const { renderPdf } = await import('../pdf/render-pdf.ts');
  return renderPdf(document, { createdAt });
}

async function* counted(
  pages: AsyncIterable<readonly CsvRow[]>,
  onRows: (count: number) => Promise<void>,
): AsyncGenerator<readonly CsvRow[]> {
  for await (const rows of pages) {
    yield rows;
    await onRows(rows.length);
  }
}

function packed(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // What fails is thrown to whoever reads the packed stream.
  return pipeline(Readable.from(body), createGzip(), () => undefined);
}
