/** A value of a row; its column's type follows from it. */
export type Value = string | number | bigint | boolean | Date | null;

export interface ServerError {
  number: number;
  message: string;
  /** 11 to 16: the statement failed; 20 and above: the session ends. */
  severity?: number;
}

/** SQL_Latin1_General_CP1_CI_AS. */
const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);
const DONE_ERROR = 0x02;
const DONE_COUNT = 0x10;
const DONE_ATTENTION = 0x20;
/** datetime2 counts its days from the year 1. */
export const MS_FROM_YEAR_1 = Date.UTC(1970, 0, 1) - new Date('0001-01-01T00:00:00Z').getTime();
export const DAY_MS = 86_400_000;

/** PRELOGIN: version, and whether the server encrypts. */
export function preLoginAnswer(encrypts: boolean): Buffer {
  const version = Buffer.from([16, 0, 0, 0, 0, 0]);
  // ENCRYPT_REQ or ENCRYPT_NOT_SUP
  const encryption = Buffer.from([encrypts ? 3 : 2]);
  const options = [version, encryption];
  let offset = options.length * 5 + 1;
  const table = options.map((option, token) => {
    const entry = Buffer.from([token, 0, offset, 0, option.length]);
    offset += option.length;
    return entry;
  });
  return Buffer.concat([...table, Buffer.from([0xff]), ...options]);
}

export function loginAnswer(database: string): Buffer {
  const name = smallText('Scripted');
  const body = Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), name, Buffer.from([16, 0, 0, 0])]);
  return Buffer.concat([
    change(1, smallText(database), smallText('master')),
    change(7, smallBytes(COLLATION), smallBytes(Buffer.alloc(0))),
    token(0xad, body),
    change(4, smallText('4096'), smallText('4096')),
    done(0, 0),
  ]);
}

/** ENVCHANGE 8, 9 or 10: a transaction begins, is committed, or is rolled back. */
export function transactionAnswer(kind: 'begin' | 'commit' | 'rollback', id: Buffer): Buffer {
  const none = smallBytes(Buffer.alloc(0));
  if (kind === 'begin') return change(8, smallBytes(id), none);
  return change(kind === 'commit' ? 9 : 10, none, smallBytes(id));
}

export function errorAnswer({ number, message, severity = 16 }: ServerError): Buffer {
  const numbers = Buffer.alloc(6);
  numbers.writeInt32LE(number, 0);
  numbers.writeUInt8(1, 4);
  numbers.writeUInt8(severity, 5);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(message.length);
  const body = Buffer.concat([
    numbers,
    length,
    Buffer.from(message, 'utf16le'),
    smallText('scripted'),
    smallText(''),
    Buffer.from([1, 0, 0, 0]),
  ]);
  return token(0xaa, body);
}

/** A result: its columns are those of the first row. */
export function rowsAnswer(rows: readonly Readonly<Record<string, Value>>[]): Buffer {
  const [first] = rows;
  if (first === undefined) return Buffer.alloc(0);
  const columns = Object.keys(first);
  const typeOf = (name: string) =>
    rows.map((row) => row[name] ?? null).find((value) => value !== null) ?? null;
  const head = Buffer.alloc(3);
  head.writeUInt8(0x81);
  head.writeUInt16LE(columns.length, 1);
  const metadata = columns.map((name) =>
    Buffer.concat([Buffer.from([0, 0, 0, 0, 9, 0]), typeInfo(typeOf(name)), smallText(name)]),
  );
  const lines = rows.map((row) =>
    Buffer.concat([
      Buffer.from([0xd1]),
      ...columns.map((name) => encode(row[name] ?? null, typeOf(name))),
    ]),
  );
  return Buffer.concat([head, ...metadata, ...lines]);
}

export function done(rowCount: number, flags: number): Buffer {
  const buffer = Buffer.alloc(13);
  buffer.writeUInt8(0xfd);
  buffer.writeUInt16LE(flags | DONE_COUNT, 1);
  buffer.writeBigUInt64LE(BigInt(rowCount), 5);
  return buffer;
}

export const FAILED = done(0, DONE_ERROR);
export const CANCELLED = done(0, DONE_ATTENTION);

function typeInfo(value: Value): Buffer {
  switch (typeof value) {
    case 'string':
      return Buffer.concat([Buffer.from([0xe7, 0x40, 0x1f]), COLLATION]);
    case 'boolean':
      return Buffer.from([0x68, 1]);
    case 'number':
      return Buffer.from([0x26, 4]);
    case 'bigint':
      return Buffer.from([0x26, 8]);
    default:
      return value === null ? Buffer.from([0x26, 4]) : Buffer.from([0x2a, 3]);
  }
}

function encode(value: Value, type: Value): Buffer {
  if (value === null)
    return typeof type === 'string' ? Buffer.from([0xff, 0xff]) : Buffer.from([0]);
  switch (typeof value) {
    case 'string': {
      const length = Buffer.alloc(2);
      length.writeUInt16LE(value.length * 2);
      return Buffer.concat([length, Buffer.from(value, 'utf16le')]);
    }
    case 'boolean':
      return Buffer.from([1, value ? 1 : 0]);
    case 'number': {
      const bytes = Buffer.alloc(5, 4);
      bytes.writeInt32LE(value, 1);
      return bytes;
    }
    case 'bigint': {
      const bytes = Buffer.alloc(9, 8);
      bytes.writeBigInt64LE(value, 1);
      return bytes;
    }
    default: {
      const ms = value.getTime() + MS_FROM_YEAR_1;
      const bytes = Buffer.alloc(8, 7);
      bytes.writeUIntLE(ms % DAY_MS, 1, 4);
      bytes.writeUIntLE(Math.floor(ms / DAY_MS), 5, 3);
      return bytes;
    }
  }
}

function change(type: number, next: Buffer, before: Buffer): Buffer {
  return token(0xe3, Buffer.concat([Buffer.from([type]), next, before]));
}

function token(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(3);
  head.writeUInt8(id);
  head.writeUInt16LE(body.length, 1);
  return Buffer.concat([head, body]);
}

function smallText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);
}

function smallBytes(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
