const FIRST_CONTROL_OPCODE = 8;
const MASK_BYTES = 4;

/**
 * Follows the frame headers in a client's bytes, since `ws` limits messages but not frames. It
 * looks at each byte of a header once, skips payloads, and keeps nothing but a few numbers.
 */
export class FrameScanner {
  /** Messages that ended before the frame that is too large; meaningful once `scan` was true. */
  messages = 0;
  readonly #frameBytes: number;
  /** Bytes of mask and payload that are still to pass. */
  #skip = 0;
  /** Bytes of the extended length that are still to come; -1 before the second byte. */
  #extended = -1;
  #length = 0;
  #first = -1;
  #masked = false;
  #exceeded = false;

  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
  }

  /** Takes the next bytes; true from the moment that a data frame's header promises too much. */
  scan(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length && !this.#exceeded) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, chunk.length - at);
        this.#skip -= passed;
        at += passed;
      } else {
        this.#header(chunk[at] ?? 0);
        at += 1;
      }
    }
    return this.#exceeded;
  }

  #header(byte: number): void {
    if (this.#first < 0) {
      this.#first = byte;
      return;
    }
    if (this.#extended < 0) {
      this.#masked = byte >= 0x80;
      this.#length = byte & 0x7f;
      this.#extended = this.#length === 126 ? 2 : this.#length === 127 ? 8 : 0;
      if (this.#extended > 0) this.#length = 0;
    } else {
      this.#length = this.#length * 256 + byte;
      this.#extended -= 1;
    }
    if (this.#extended === 0) this.#endHeader();
  }

  #endHeader(): void {
    const opcode = this.#first & 0x0f;
    const final = this.#first >= 0x80;
    if (opcode < FIRST_CONTROL_OPCODE) {
      if (this.#length > this.#frameBytes) this.#exceeded = true;
      else if (final) this.messages += 1;
    }
    this.#skip = this.#length + (this.#masked ? MASK_BYTES : 0);
    this.#first = -1;
    this.#extended = -1;
  }
}
