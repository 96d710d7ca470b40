/** Why a statement, a transaction or a connection failed, as far as a program can act on it. */
export type DatabaseErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'login-refused'
  | 'no-such-database'
  | 'untrusted-certificate'
  | 'no-encryption'
  | 'missing-right'
  | 'disk-full'
  | 'lock-timeout'
  | 'deadlock'
  | 'busy'
  | 'read-only'
  | 'connection-lost'
  | 'not-a-database'
  | 'other';

/** Error numbers of SQL Server (learn.microsoft.com, "Database engine errors"). */
const NUMBERS: ReadonlyMap<unknown, DatabaseErrorKind> = new Map([
  ...numbers('login-refused', [18456, 18470, 18486, 18487, 18488, 18452, 15007]),
  ...numbers('no-such-database', [4060, 911]),
  ...numbers(
    'missing-right',
    [229, 230, 262, 297, 300, 916, 1088, 2104, 2557, 2760, 5011, 6004, 15151, 15247],
  ),
  ...numbers('disk-full', [1101, 1105, 3257, 5149, 9002]),
  ...numbers('lock-timeout', [1222]),
  ...numbers('deadlock', [1205, 3960]),
  // Busy, failing over, or over a limit for now: SqlClient's and EF Core's lists.
  ...numbers(
    'busy',
    [701, 1204, 8645, 8651, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920],
  ),
  ...numbers('read-only', [3906, 3908]),
]);

/** Codes of Node, of its TLS, of tedious and of SQLite. */
const CODES: ReadonlyMap<unknown, DatabaseErrorKind> = new Map([
  ...numbers('unreachable', ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']),
  ...numbers('unreachable', ['ENETUNREACH', 'ETIMEDOUT', 'EINSTLOOKUP']),
  ...numbers('untrusted-certificate', [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_UNTRUSTED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ]),
  ...numbers('no-encryption', ['EENCRYPT']),
  ...numbers('login-refused', ['ELOGIN']),
  ...numbers('timeout', ['ETIMEOUT']),
  ...numbers('connection-lost', ['ECONNRESET', 'EPIPE', 'ECLOSE', 'ENOTOPEN', 'ESOCKET']),
  ...numbers('connection-lost', ['EINVALIDSTATE']),
  ...numbers('disk-full', ['SQLITE_FULL', 'ENOSPC']),
  ...numbers('busy', ['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_BUSY_SNAPSHOT']),
  ...numbers('read-only', ['SQLITE_READONLY', 'SQLITE_READONLY_DIRECTORY', 'EROFS']),
  ...numbers('missing-right', ['SQLITE_PERM', 'SQLITE_AUTH', 'EACCES', 'EPERM']),
  ...numbers('unreachable', ['SQLITE_CANTOPEN', 'EISDIR', 'ENOTDIR']),
  ...numbers('not-a-database', ['SQLITE_NOTADB', 'SQLITE_CORRUPT']),
]);

function numbers(
  kind: DatabaseErrorKind,
  values: readonly (number | string)[],
): [unknown, DatabaseErrorKind][] {
  return values.map((value) => [value, kind]);
}

/** What kind of failure an error is; what wraps another is as what it wraps, where that is known. */
export function databaseErrorKind(error: unknown): DatabaseErrorKind {
  const causes = [...causesOf(error)];
  const byNumber = causes.map((one) => ('number' in one ? NUMBERS.get(one.number) : undefined));
  // Of codes the outermost says least: a socket's error may wrap the certificate that caused it.
  const byCode = causes.map((one) => ('code' in one ? CODES.get(one.code) : undefined)).reverse();
  return [...byNumber, ...byCode].find((kind) => kind !== undefined) ?? 'other';
}

function* causesOf(error: unknown): Generator<Error> {
  if (!(error instanceof Error)) return;
  yield error;
  if (error instanceof AggregateError) {
    for (const inner of error.errors) yield* causesOf(inner);
  }
  if (error.cause !== error) yield* causesOf(error.cause);
}

/** What the server said of a failure, innermost: its number, where it has one, and its text. */
export function serverErrorOf(error: unknown): { number: number | undefined; message: string } {
  const errors = [...causesOf(error)];
  const told = errors.findLast((one) => 'number' in one && typeof one.number === 'number');
  const message = (told ?? errors.at(-1))?.message ?? String(error);
  const number =
    told !== undefined && 'number' in told && typeof told.number === 'number'
      ? told.number
      : undefined;
  return { number, message };
}

/** Whether the same transaction, done again from its beginning, may well succeed. */
export function isWorthRepeating(error: unknown): boolean {
  const kind = databaseErrorKind(error);
  return kind === 'deadlock' || kind === 'busy' || kind === 'connection-lost';
}

const DOWN: readonly DatabaseErrorKind[] = ['unreachable', 'connection-lost', 'busy', 'timeout'];

/** Whether the database cannot be used at all at the moment, whatever is asked of it. */
export function isDatabaseDown(error: unknown): boolean {
  return DOWN.includes(databaseErrorKind(error));
}
