import { S3Error } from './s3-error.ts';

/** A chunk's size and signature, or a trailer: no line of the format is longer. */
const LINE_BYTES = 8_192;

/**
 * Decodes the body of `Content-Encoding: aws-chunked` as it comes: chunks of `<hex size>[;chunk-signature=…]`, and after an
 * empty one trailers such as a checksum, which `onTrailer` is told with names in small letters. Throws `IncompleteBody`.
 */
export async function* decodeAwsChunks(
  body: AsyncIterable<Uint8Array>,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Uint8Array> {
  const input = new ByteInput(body);
  for (;;) {
    const size = /^([0-9a-f]{1,12})(;.*)?$/i.exec((await input.line()) ?? '')?.[1];
    if (size === undefined) throw new S3Error('IncompleteBody');
    const left = Number.parseInt(size, 16);
    if (left === 0) break;
    yield* input.take(left);
    if ((await input.line()) !== '') throw new S3Error('IncompleteBody');
  }
  for (let line = await input.line(); line; line = await input.line()) {
    const colon = line.indexOf(':');
    if (colon > 0)
      onTrailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

class ByteInput {
  readonly #source: AsyncIterator<Uint8Array>;
  #held = Buffer.alloc(0);

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#source = body[Symbol.asyncIterator]();
  }

  /** The next line without its end; undefined after the last. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#held.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#held.toString('latin1', 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > LINE_BYTES) throw new S3Error('IncompleteBody');
      if (!(await this.#more())) {
        if (this.#held.length > 0) throw new S3Error('IncompleteBody');
        return undefined;
      }
    }
  }

  async *take(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0;) {
      if (this.#held.length === 0 && !(await this.#more())) throw new S3Error('IncompleteBody');
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    this.#held =
      this.#held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#held, next.value]);
    return true;
  }
}
