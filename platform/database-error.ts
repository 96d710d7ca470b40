/** Why a statement, a transaction or a connection failed, as far as a program can act on it. */
export type DatabaseErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'login-refused'
  | 'no-such-database'
  | 'untrusted-certificate'
  | 'no-encryption'
  | 'no-strict-encryption'
  | 'no-instance'
  | 'missing-right'
  | 'disk-full'
  | 'lock-timeout'
  | 'deadlock'
  | 'busy'
  | 'starting'
  | 'read-only'
  | 'connection-lost'
  /** The file of an embedded database, or its folder, is none, or may not be used. */
  | 'no-file'
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
  // Busy, or over a limit for now: SqlClient's and EF Core's lists.
  ...numbers('busy', [701, 802, 1204, 8628, 8645, 8651, 10928, 10929, 10936, 17197, 17809]),
  ...numbers('busy', [40197, 40501, 40613, 49918, 49919, 49920]),
  // The server starts, is paused or shuts down.
  ...numbers('starting', [904, 6005, 6006, 17142, 17147, 17148, 17187, 17188, 17189, 18401, 18451]),
  // The database is being recovered, restored, moved or opened for one user alone.
  ...numbers('starting', [921, 922, 923, 924, 926, 927, 941, 942, 945, 952, 955]),
  // Its availability group fails over.
  ...numbers('starting', [976, 978, 979, 982, 983, 988]),
  ...numbers('connection-lost', [596, 10053, 10054]),
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
  ...numbers('no-strict-encryption', ['ENOSTRICT']),
  ...numbers('no-instance', ['ENOINSTANCE']),
  ...numbers('login-refused', ['ELOGIN', 'ESECRET']),
  // What knex names KnexTimeoutError has no code: no connection of the pool came free in time.
  ...numbers('timeout', ['ETIMEOUT', 'KnexTimeoutError']),
  ...numbers('connection-lost', ['ECONNRESET', 'EPIPE', 'ECLOSE', 'ENOTOPEN', 'ESOCKET']),
  ...numbers('connection-lost', ['EINVALIDSTATE']),
  ...numbers('disk-full', ['SQLITE_FULL', 'SQLITE_IOERR', 'ENOSPC', 'EDQUOT', 'EIO']),
  // Our client has waited before it gives this up.
  ...numbers('lock-timeout', ['SQLITE_BUSY', 'SQLITE_LOCKED']),
  ...numbers('read-only', ['SQLITE_READONLY', 'EROFS']),
  ...numbers('missing-right', ['SQLITE_AUTH']),
  ...numbers('no-file', ['SQLITE_CANTOPEN', 'EISDIR', 'ENOTDIR']),
  ...numbers('no-file', ['SQLITE_PERM', 'EACCES', 'EPERM']),
  ...numbers('not-a-database', ['SQLITE_NOTADB', 'SQLITE_CORRUPT']),
]);

/** SQLite's codes come with details behind them, such as `SQLITE_IOERR_WRITE`. */
function kindOfCode(code: unknown): DatabaseErrorKind | undefined {
  const family = typeof code === 'string' ? /^SQLITE_[A-Z]+/.exec(code)?.[0] : undefined;
  return CODES.get(family ?? code);
}

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
  const bySeverity = causes.map((one) => ('class' in one ? kindOfSeverity(one.class) : undefined));
  // Of codes the outermost says least: a socket's error may wrap the certificate that caused it.
  const byCode = causes.map((one) => kindOfCode('code' in one ? one.code : one.name)).reverse();
  return [...byNumber, ...bySeverity, ...byCode].find((kind) => kind !== undefined) ?? 'other';
}

/** SQL Server ends the session from severity 20 on; 17 and 19 say that it lacks something for now. */
function kindOfSeverity(severity: unknown): DatabaseErrorKind | undefined {
  if (typeof severity !== 'number') return undefined;
  if (severity >= 20) return 'connection-lost';
  return severity === 17 || severity === 19 ? 'busy' : undefined;
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

const REPEATED: readonly DatabaseErrorKind[] = ['deadlock', 'busy', 'starting', 'connection-lost'];

/** Whether the same transaction, done again from its beginning, may well succeed. */
export function isWorthRepeating(error: unknown): boolean {
  return REPEATED.includes(databaseErrorKind(error));
}

/** Whose fault a failure is: the database's at this moment, or that of what it was asked. */
const PASSES: Readonly<Record<DatabaseErrorKind, boolean>> = {
  unreachable: true,
  timeout: true,
  'login-refused': true,
  'no-such-database': true,
  'untrusted-certificate': true,
  'no-encryption': true,
  'no-strict-encryption': true,
  'no-instance': true,
  'missing-right': false,
  'disk-full': true,
  'lock-timeout': true,
  deadlock: true,
  busy: true,
  starting: true,
  'read-only': true,
  'connection-lost': true,
  'no-file': true,
  'not-a-database': false,
  other: false,
};

/**
 * Whether the database cannot serve at the moment, so that the same request may succeed later: it is away, starts,
 * fails over, has no room, or lets nobody in until somebody has put that right.
 */
export function cannotServeNow(error: unknown): boolean {
  return PASSES[databaseErrorKind(error)];
}
