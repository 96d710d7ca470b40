import type { Block, ReportDocument } from '../report-document.ts';
import { renderPdf } from '../render-pdf.ts';
import { readPdf } from './read-pdf.ts';
import type { ReadPage, ReadPdf } from './read-pdf.ts';

export const CREATED_AT = Date.UTC(2026, 10, 22, 5, 0, 3);

export function documentOf(...blocks: Block[]): ReportDocument {
  return { title: 'Daily orders', subtitle: '21 November 2026, Europe/Berlin', blocks };
}

/** A document as it comes to who opens the file. */
export async function printed(document: ReportDocument): Promise<ReadPdf> {
  return readPdf(await bytesOf(document));
}

export async function bytesOf(document: ReportDocument): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of renderPdf(document, { createdAt: CREATED_AT })) parts.push(part);
  return Buffer.concat(parts);
}

/** All text of a page in the order of reading, words parted by single blanks. */
export function textOf({ texts }: ReadPage): string {
  return texts
    .map(({ text }) => text)
    .join(' ')
    .replace(/\s+/g, ' ');
}

/** The same without any blanks, and joiners of words: where a word goes from font to font, a reader sees gaps that are none. */
export function lettersOf(page: ReadPage): string {
  return textOf(page)
    .replace(/[\s\u2060]/g, '')
    .normalize('NFC');
}
