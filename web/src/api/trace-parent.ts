/** Names one action of a person through every service that it reaches (W3C Trace Context). */
export class Trace {
  readonly #random: (bytes: number) => Uint8Array;
  readonly #traceId: string;

  /** @param random that many random bytes */
  constructor(random: (bytes: number) => Uint8Array) {
    this.#random = random;
    this.#traceId = hex(random(16));
  }

  /** A `traceparent` header of this trace; each attempt is a span of its own. */
  parent(): string {
    return `00-${this.#traceId}-${hex(this.#random(8))}-01`;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
