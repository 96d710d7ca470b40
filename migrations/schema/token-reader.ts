import type { Token } from './tokens.ts';
import { tokenize } from './tokens.ts';

/** The statement is not written as this reader knows it. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** One name of its parts, of which the last two count. */
export function qualifiedName(parts: readonly string[]): string {
  const [name = '', schema] = parts.toReversed();
  return schema === undefined || schema.toLowerCase() === 'dbo' ? name : `${schema}.${name}`;
}

/** A statement's tokens, read from left to right. */
export class TokenReader {
  readonly source: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: string) {
    this.source = source;
    this.#tokens = tokenize(source);
  }

  get isAtEnd(): boolean {
    return this.peek() === undefined || (this.sees(';') && this.#at === this.#tokens.length - 1);
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  /** Whether these words or marks come next, in any case. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.peek(index);
      return (
        (token?.kind === 'word' || token?.kind === 'mark') &&
        token.value.toUpperCase() === word.toUpperCase()
      );
    });
  }

  /** Passes over these words if they come next. */
  take(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#at += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    if (!this.take(...words)) throw this.unreadable(`${words.join(' ')} was expected`);
  }

  next(): Token {
    const token = this.peek();
    if (token === undefined) throw this.unreadable('it ends too early');
    this.#at += 1;
    return token;
  }

  /** A name, bracketed or not; of its schema only another than `dbo` is kept: `audit.log`. */
  name(): string {
    const parts: string[] = [];
    do {
      const token = this.next();
      if (token.kind !== 'name' && token.kind !== 'word')
        throw this.unreadable('a name was expected');
      parts.push(token.value);
    } while (this.take('.'));
    return qualifiedName(parts);
  }

  /** `a, b` */
  nameList(): string[] {
    const names = [this.name()];
    while (this.take(',')) names.push(this.name());
    return names;
  }

  /** `(a, b)` */
  names(): string[] {
    return this.list(() => this.name());
  }

  list<Item>(read: () => Item): Item[] {
    this.expect('(');
    const items: Item[] = [];
    do items.push(read());
    while (this.take(','));
    this.expect(')');
    return items;
  }

  /** The text between the next parenthesis and the one that closes it. */
  enclosed(): string {
    this.expect('(');
    const start = this.peek()?.start ?? 0;
    let depth = 1;
    for (;;) {
      const token = this.next();
      if (token.kind !== 'mark') continue;
      if (token.value === '(') depth += 1;
      if (token.value === ')') depth -= 1;
      if (depth === 0) return this.source.slice(start, token.start).trim();
    }
  }

  /** The text from here up to where one of these comes at the same depth, or the end. */
  until(...ends: readonly string[]): string {
    const start = this.peek()?.start ?? this.source.length;
    let end = start;
    let depth = 0;
    for (let token = this.peek(); token !== undefined; token = this.peek()) {
      if (depth === 0 && ends.some((word) => this.sees(word))) break;
      if (token.kind === 'mark' && token.value === '(') depth += 1;
      if (token.kind === 'mark' && token.value === ')') depth -= 1;
      if (depth < 0) break;
      end = token.end;
      this.#at += 1;
    }
    return this.source.slice(start, end).trim();
  }

  unreadable(reason: string): Unreadable {
    const near = this.source.slice(this.peek()?.start ?? this.source.length).slice(0, 40);
    return new Unreadable(near === '' ? `${reason} at its end` : `${reason} before "${near}"`);
  }
}
