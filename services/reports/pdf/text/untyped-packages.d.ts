/** The package ships no types. */
declare module 'linebreak' {
  export default class LineBreaker {
    constructor(text: string);
    /** The next place where a line may end: the place in the text behind its last character. */
    nextBreak(): { position: number; required: boolean } | null;
  }
}

/** The package's types tell of its CommonJS file what is true of this one. */
declare module 'bidi-js/dist/bidi.mjs' {
  import type { Bidi } from 'bidi-js';

  export default function bidiFactory(): Bidi;
}
