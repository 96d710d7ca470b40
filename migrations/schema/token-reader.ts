import { cutText } from '@ordercast/platform/cut-text.ts';
import { modelName } from './object-name.ts';
import type { Token } from './tokens.ts';
import { tokenize } from './tokens.ts';

/** The statement is not written as this reader knows it. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** The statement concerns another database, so this one's schema stays as it is. */
export class OtherDatabase extends Error {
  override name = 'OtherDatabase';
}

/** Reserved words that begin a statement: T-SQL needs no semicolon before the next one. */
const FIRST_WORDS: ReadonlySet<string> = new Set(
  (
    'ALTER BACKUP BEGIN BREAK BULK CHECKPOINT CLOSE COMMIT CONTINUE CREATE DBCC DEALLOCATE DECLARE DELETE DENY ' +
    'DROP DUMP EXEC EXECUTE GO GOTO GRANT IF INSERT KILL LOAD MERGE OPEN PRINT RAISERROR RECONFIGURE RESTORE ' +
    'RETURN REVERT REVOKE ROLLBACK SAVE SELECT SET SETUSER SHUTDOWN THROW TRUNCATE UPDATE USE WAITFOR WHILE'
  ).split(' '),
);

const ONE_ONLY = 'only one statement at a time can be read; more comes';

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

  /** The name of an object, which may have a schema before it, as a model has it. */
  name(): string {
    const parts = this.qualifiedName();
    if (parts.length > 2) throw new OtherDatabase();
    return modelName(parts);
  }

  /** The parts of a name, as in `database.schema.table`; one that is left out is empty. */
  qualifiedName(): string[] {
    const parts: string[] = [this.identifier()];
    while (this.take('.')) parts.push(this.sees('.') ? '' : this.identifier());
    return parts;
  }

  /** A name of one part, such as that of a column, a constraint or an index, without brackets and quotes. */
  identifier(): string {
    const token = this.next();
    const isName = token.kind === 'name' || (token.kind === 'word' && !token.value.startsWith('@'));
    if (!isName) throw this.unreadable('a name was expected');
    return token.value;
  }

  /** `(a, b)`, of columns. */
  columns(): string[] {
    return this.list(() => this.identifier());
  }

  list<Item>(read: () => Item): Item[] {
    this.expect('(');
    const items = this.several(read);
    this.expect(')');
    return items;
  }

  /** `a, b` */
  several<Item>(read: () => Item): Item[] {
    const items = [read()];
    while (this.take(',')) items.push(read());
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

  /** The same as `until`, of one expression or statement: no other may begin in it. */
  untilWithin(ends: readonly string[], allowed: readonly string[] = []): string {
    const from = this.#at;
    const text = this.until(...ends);
    let depth = 0;
    for (const token of this.#tokens.slice(from, this.#at)) {
      if (token.kind === 'mark' && token.value === '(') depth += 1;
      if (token.kind === 'mark' && token.value === ')') depth -= 1;
      const word = token.kind === 'word' ? token.value.toUpperCase() : '';
      const begins = (FIRST_WORDS.has(word) && !allowed.includes(word)) || token.value === ';';
      if (depth === 0 && begins && token.kind !== 'name' && token.kind !== 'text') {
        throw this.unreadable(`${ONE_ONLY}: ${token.value}`);
      }
    }
    return text;
  }

  unreadable(reason: string): Unreadable {
    const near = cutText(this.source.slice(this.peek()?.start ?? this.source.length), 40);
    return new Unreadable(near === '' ? `${reason} at its end` : `${reason} before "${near}"`);
  }
}
