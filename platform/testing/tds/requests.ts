import { DAY_MS, MS_FROM_YEAR_1 } from './answers.ts';

/** What a client asked, taken apart. */
export interface TdsRequest {
  kind: 'batch' | 'statement' | 'begin' | 'commit' | 'rollback' | 'save';
  /** The text of a batch or of a parameterised statement. */
  sql: string;
  /** How the parameters were declared, such as `@p0 varchar(64),@p1 bigint`. */
  declaration: string;
  /** Their values in order; instants as ISO text, whole numbers as bigint. */
  values: readonly unknown[];
}

export interface Credentials {
  user: string;
  password: string;
  database: string;
  appName: string;
}

/** LOGIN7 ([MS-TDS] 2.2.6.4): a table of offsets and lengths, in UTF-16 units, from byte 36 on. */
export function readLogin(payload: Buffer): Credentials {
  const bytes = (entry: number) => {
    const offset = payload.readUInt16LE(entry);
    return payload.subarray(offset, offset + payload.readUInt16LE(entry + 2) * 2);
  };
  // Each byte of a password has its halves swapped and its bits turned by 0xa5.
  const password = bytes(44).map((byte) => {
    const turned = byte ^ 0xa5;
    return ((turned << 4) & 0xf0) | (turned >> 4);
  });
  return {
    user: bytes(40).toString('utf16le'),
    password: Buffer.from(password).toString('utf16le'),
    appName: bytes(48).toString('utf16le'),
    database: bytes(68).toString('utf16le'),
  };
}

export function readBatch(payload: Buffer): TdsRequest {
  const sql = withoutHeaders(payload).toString('utf16le');
  return { kind: 'batch', sql, declaration: '', values: [] };
}

const TRANSACTION_KINDS: ReadonlyMap<number, TdsRequest['kind']> = new Map([
  [5, 'begin'],
  [7, 'commit'],
  [8, 'rollback'],
  [9, 'save'],
]);

export function readTransaction(payload: Buffer): TdsRequest {
  const kind = TRANSACTION_KINDS.get(withoutHeaders(payload).readUInt16LE(0)) ?? 'begin';
  return { kind, sql: '', declaration: '', values: [] };
}

/** `sp_executesql` ([MS-TDS] 2.2.6.6): statement, declaration, and the values. */
export function readStatement(payload: Buffer): TdsRequest {
  const reader = new ValueReader(withoutHeaders(payload));
  reader.skip(6);
  const values: unknown[] = [];
  while (!reader.isAtEnd) values.push(reader.parameter());
  const [sql, declaration, ...rest] = values;
  return {
    kind: 'statement',
    sql: String(sql),
    declaration: typeof declaration === 'string' ? declaration : '',
    values: rest,
  };
}

function withoutHeaders(payload: Buffer): Buffer {
  return payload.subarray(payload.readUInt32LE(0));
}

class ValueReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  parameter(): unknown {
    this.skip(this.#byte() * 2);
    this.skip(1);
    const type = this.#byte();
    switch (type) {
      case 0xe7:
        return this.#text('utf16le');
      case 0xa7:
        return this.#text('latin1');
      case 0xa5:
        return this.#sized(this.#take(2).readUInt16LE());
      case 0x26:
      case 0x68:
        this.skip(1);
        return this.#whole(type === 0x68);
      case 0x6d: {
        this.skip(1);
        const bytes = this.#take(this.#byte());
        return bytes.length === 0 ? null : bytes.readDoubleLE();
      }
      case 0x2a:
        return this.#instant(this.#byte());
      default:
        throw new Error(`A parameter of type 0x${type.toString(16)} cannot be read here.`);
    }
  }

  #text(encoding: BufferEncoding): string | null {
    const max = this.#take(2).readUInt16LE();
    this.skip(5);
    return this.#sized(max)?.toString(encoding) ?? null;
  }

  /** Up to 8,000 bytes with a length before them, or chunks of which the last is empty. */
  #sized(max: number): Buffer | null {
    if (max !== 0xffff) {
      const length = this.#take(2).readUInt16LE();
      return length === 0xffff ? null : this.#take(length);
    }
    if (this.#take(8).readBigUInt64LE() === 0xffffffffffffffffn) return null;
    const chunks: Buffer[] = [];
    for (;;) {
      const length = this.#take(4).readUInt32LE();
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(this.#take(length));
    }
  }

  #whole(isBit: boolean): unknown {
    const bytes = this.#take(this.#byte());
    if (bytes.length === 0) return null;
    if (isBit) return bytes[0] === 1;
    return bytes.length === 8 ? bytes.readBigInt64LE() : BigInt(bytes.readIntLE(0, bytes.length));
  }

  #instant(scale: number): string | null {
    const bytes = this.#take(this.#byte());
    if (bytes.length === 0) return null;
    const days = bytes.subarray(-3).readUIntLE(0, 3);
    const timeMs = (bytes.readUIntLE(0, bytes.length - 3) * 1000) / 10 ** scale;
    return new Date(days * DAY_MS + Math.floor(timeMs) - MS_FROM_YEAR_1).toISOString();
  }

  #byte(): number {
    return this.#take(1).readUInt8();
  }

  #take(bytes: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return taken;
  }
}
