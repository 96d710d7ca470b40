import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '@ordercast/platform/make-folder.ts';
import type { ByteRange } from './byte-range.ts';
import { ObjectIndex } from './object-index.ts';
import type { KeptHeaders, Part, Piece, StoredObject, Upload } from './object-index.ts';

/**
 * Buckets in a folder: an index, and beside it one file for each body or part that came, which an object names in order. So nothing is
 * copied when an upload is completed, and bodies pass in pieces of some kilobytes. What a killed process had not finished
 * writing stands in no row, and is removed at the next start.
 */
export class ObjectStore {
  readonly index: ObjectIndex;
  readonly #files: string;
  /** Who reads now, and what they may still need. */
  #readers = 0;
  #unused: string[] = [];

  constructor(folder: string) {
    this.#files = join(folder, 'files');
    makeFolder(folder);
    mkdirSync(this.#files, { recursive: true, mode: 0o700 });
    this.index = new ObjectIndex(folder);
    const used = this.index.files();
    this.#remove(readdirSync(this.#files).filter((file) => !used.has(file)));
  }

  /** Writes a body to a file that nothing names yet; where it fails, nothing is left. */
  async receive(body: AsyncIterable<Uint8Array>): Promise<Piece> {
    const file = randomUUID();
    const md5 = createHash('md5');
    let sizeBytes = 0;
    try {
      await pipeline(
        body,
        async function* (chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            md5.update(chunk);
            sizeBytes += chunk.length;
            yield chunk;
          }
        },
        createWriteStream(join(this.#files, file), { mode: 0o600 }),
      );
    } catch (error) {
      this.#remove([file]);
      throw error;
    }
    return { file, sizeBytes, md5: md5.digest('hex') };
  }

  /** Removes what was received and shall not be kept after all. */
  discard(piece: Piece): void {
    this.#remove([piece.file]);
  }

  putObject(bucket: string, object: StoredObject): void {
    this.#remove(this.index.putObject(bucket, object));
  }

  deleteObject(bucket: string, key: string): void {
    this.#remove(this.index.deleteObject(bucket, key));
  }

  putPart(uploadId: string, part: Part): void {
    this.#remove(this.index.putPart(uploadId, part));
  }

  completeUpload(upload: Upload, object: StoredObject): void {
    this.#remove(this.index.completeUpload(upload, object));
  }

  abortUpload(uploadId: string): void {
    this.#remove(this.index.abortUpload(uploadId));
  }

  /** The bytes of a range; an object that is replaced or deleted meanwhile is read to its end. */
  read({ pieces }: StoredObject, { first, last }: ByteRange): Readable {
    const files = this.#files;
    const chunks = async function* () {
      let offset = 0;
      for (const { file, sizeBytes } of pieces) {
        const start = Math.max(0, first - offset);
        const end = Math.min(sizeBytes - 1, last - offset);
        offset += sizeBytes;
        if (start <= end) yield* createReadStream(join(files, file), { start, end });
      }
    };
    this.#readers += 1;
    return Readable.from(chunks(), { objectMode: false }).once('close', () => {
      this.#readers -= 1;
      if (this.#readers === 0) this.#remove(this.#unused.splice(0));
    });
  }

  close(): void {
    this.#readers = 0;
    this.#remove(this.#unused.splice(0));
    this.index.close();
  }

  #remove(files: readonly string[]): void {
    if (this.#readers > 0) {
      this.#unused.push(...files);
      return;
    }
    for (const file of files) rmSync(join(this.#files, file), { force: true });
  }
}

/** An object of one body. */
export function wholeObject(
  key: string,
  { headers, modifiedAt }: { headers: KeptHeaders; modifiedAt: number },
  piece: Piece,
): StoredObject {
  const { sizeBytes, md5 } = piece;
  return { key, sizeBytes, etag: `"${md5}"`, modifiedAt, headers, pieces: [piece] };
}
