import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { z } from 'zod';

const chunkSchema = z.instanceof(Uint8Array);

/** The same bytes, compressed; what they come from is asked for more only as fast as they are taken. */
export async function* gzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Whatever ends the pipeline ends the loop, with its error.
  const compressed = pipeline(bytes, createGzip(), () => undefined);
  for await (const chunk of compressed) yield chunkSchema.parse(chunk);
}
