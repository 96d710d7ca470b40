import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { z } from 'zod';

/** A piece of text as a reader finds it. Lengths are in points, from the upper left corner of its page. */
export interface ReadText {
  text: string;
  x: number;
  /** Of its baseline. */
  y: number;
  width: number;
  size: number;
  /** Clockwise, in radians. */
  turn: number;
}

export interface ReadPage {
  width: number;
  height: number;
  /** In the order of the file, which is that of reading; without blanks. */
  texts: ReadText[];
}

export interface ReadPdf {
  pages: ReadPage[];
  info: Record<string, unknown>;
  /** Of the names of fonts and what follows from the tags: `Table > TR > TD`, once each. */
  roles: string[];
}

const itemSchema = z.object({
  str: z.string(),
  width: z.number(),
  transform: z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]),
});

/** Reads a PDF file by Mozilla's reader, which shares no code with what wrote it. */
export async function readPdf(file: Uint8Array): Promise<ReadPdf> {
  const task = getDocument({ data: Uint8Array.from(file), verbosity: 0, useSystemFonts: false });
  const pdf = await task.promise;
  const pages: ReadPage[] = [];
  const roles = new Set<string>();
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { width, height } = page.getViewport({ scale: 1 });
    const { items } = await page.getTextContent();
    const texts = items.flatMap((item) => {
      const { str: text, width: length, transform } = itemSchema.parse(item);
      if (text.trim() === '') return [];
      const [a, b, , , x, y] = transform;
      return [
        { text, x, y: height - y, width: length, size: Math.hypot(a, b), turn: -Math.atan2(b, a) },
      ];
    });
    pages.push({ width, height, texts });
    collectRoles(await page.getStructTree(), '', roles);
  }
  const { info } = await pdf.getMetadata();
  await task.destroy();
  return { pages, info: z.record(z.string(), z.unknown()).parse(info), roles: [...roles].sort() };
}

const nodeSchema = z.object({ role: z.string(), children: z.array(z.unknown()) });

function collectRoles(node: unknown, above: string, roles: Set<string>): void {
  const { success, data } = nodeSchema.safeParse(node);
  if (!success) return;
  const role = above === '' ? data.role : `${above} > ${data.role}`;
  if (data.role !== 'Root') roles.add(role);
  for (const child of data.children) {
    collectRoles(child, data.role === 'Root' ? '' : role, roles);
  }
}
