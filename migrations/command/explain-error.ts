import { databaseErrorKind, serverErrorOf } from '@ordercast/platform/database-error.ts';
import type { DatabaseErrorKind } from '@ordercast/platform/database-error.ts';
import { isSettingsFault } from '@ordercast/platform/run-program.ts';
import { HistoryDamaged } from '../history/read-history.ts';
import { InvalidStep } from '../step/load-steps.ts';
import { MigrationLocked, StepFailed } from '../target/migration-target.ts';
import { BootstrapFailed, describeProgress } from './bootstrap-failed.ts';
import { EXIT } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';
import { Refused } from './report.ts';

export interface Explanation {
  exitCode: ExitCode;
  /** What happened and what to do about it; it never holds a password. */
  message: string;
  /** A fault of ours, whose stack is worth showing. */
  isUnexpected: boolean;
}

/**
 * Says of any failure what to do, in one line where a person can do something; `again` is the command
 * that goes on after a step that failed.
 */
export function explainError(error: unknown, again = 'up'): Explanation {
  const plain = (exitCode: ExitCode, message: string) => ({
    exitCode,
    message,
    isUnexpected: false,
  });
  if (error instanceof Refused) return plain(error.exitCode, error.message);
  if (error instanceof MigrationLocked) return plain(EXIT.locked, error.message);
  if (error instanceof HistoryDamaged) return plain(EXIT.refused, error.message);
  if (error instanceof InvalidStep) return plain(EXIT.refused, error.message);
  if (isSettingsFault(error)) return plain(EXIT.usage, error.message);
  const kind = databaseErrorKind(error);
  const isStep = error instanceof StepFailed;
  const isBootstrap = error instanceof BootstrapFailed;
  const isPart = isStep || isBootstrap;
  if (kind === 'other' && !isPart && serverErrorOf(error).number === undefined) {
    return { exitCode: EXIT.failed, message: messageOf(error), isUnexpected: true };
  }
  const { exitCode, advice } = adviceFor(kind, { isStep, isBootstrap });
  const subject = isPart ? `${error.message}: ` : '';
  return plain(
    exitCode,
    `${[`${subject}${serverText(error)}`, advice, isStep ? afterStep(error, again) : ''].filter((part) => part !== '').join(' ')}${isBootstrap ? `\n${describeProgress(error.progress)}` : ''}`,
  );
}

function adviceFor(
  kind: DatabaseErrorKind,
  { isStep, isBootstrap }: { isStep: boolean; isBootstrap: boolean },
): { exitCode: ExitCode; advice: string } {
  if (isStep && kind === 'timeout') return SLOW_STATEMENT;
  return (isBootstrap ? BOOTSTRAP_ADVICE[kind] : undefined) ?? ADVICE[kind];
}

/** Where "run bootstrap", or "see status", would be no advice. */
const BOOTSTRAP_ADVICE: Readonly<Partial<typeof ADVICE>> = {
  'missing-right': {
    exitCode: EXIT.refused,
    advice:
      '→ The login lacks a right: bootstrap needs the master login (on RDS the one that the instance was made with).',
  },
  'no-such-database': {
    exitCode: EXIT.unreachable,
    advice:
      '→ The database cannot be opened: see that it is online, and that this login has a user in it, in db_owner.',
  },
  'connection-lost': { exitCode: EXIT.failed, advice: '→ The connection was lost.' },
};

function afterStep({ isInParts }: StepFailed, again: string): string {
  const left = isInParts
    ? `The parts before it are done and noted (see "status"), and no other step was run after it: put it right, and "${again}" goes on from there.`
    : `The step left nothing half done, and no other step was run after it: put it right and run "${again}" again.`;
  return left;
}

/** The wait of the client for an answer has ended, which is another thing than a lock's. */
const SLOW_STATEMENT = {
  exitCode: EXIT.failed,
  advice:
    '→ The statement itself took longer than the client waits for its answer; no lock was the reason, so --lock-timeout does not help. The server undoes what was under way: do it in smaller parts (a backfill), or in a quieter moment.',
};

const ADVICE: Readonly<Record<DatabaseErrorKind, { exitCode: ExitCode; advice: string }>> = {
  unreachable: {
    exitCode: EXIT.unreachable,
    advice:
      '→ The database cannot be reached: check host and port in DATABASE_URL, and that a firewall or security group lets this machine through.',
  },
  timeout: {
    exitCode: EXIT.unreachable,
    advice:
      '→ The database did not answer in time: check host and port in DATABASE_URL, the network in between, and whether the server is overloaded.',
  },
  'login-refused': {
    exitCode: EXIT.unreachable,
    advice:
      '→ The login was refused: check user and password in DATABASE_URL (special characters as %XX).',
  },
  'no-such-database': {
    exitCode: EXIT.unreachable,
    advice:
      '→ The database does not exist, or this login may not open it: run "bootstrap" with the master login first.',
  },
  'untrusted-certificate': {
    exitCode: EXIT.unreachable,
    advice:
      '→ The certificate of the server is not trusted: name its authority with ?ca=/path/to/ca.pem in DATABASE_URL (on RDS: global-bundle.pem).',
  },
  'no-encryption': {
    exitCode: EXIT.unreachable,
    advice:
      '→ The server offers no encryption: set it up there, or, on a laptop only, add ?encrypt=false to DATABASE_URL.',
  },
  'no-strict-encryption': {
    exitCode: EXIT.unreachable,
    advice:
      '→ The server speaks no TDS 8.0: SQL Server 2022 and later do. Use encrypt=true, the default, which encrypts too.',
  },
  'no-instance': {
    exitCode: EXIT.unreachable,
    advice:
      '→ An instance is found by SQL Server Browser, which must run and answer at UDP port 1434. Name the port of the instance instead (host,1433 or host:1433); RDS has no named instances.',
  },
  'missing-right': {
    exitCode: EXIT.refused,
    advice:
      '→ The login lacks a right: use the migrating login, whose grants stand in docs/dba.md ("bootstrap" gives them).',
  },
  'disk-full': {
    exitCode: EXIT.failed,
    advice:
      '→ The database has no room, or its disk fails: free or add space (data and log), then run it again.',
  },
  'lock-timeout': {
    exitCode: EXIT.locked,
    advice:
      '→ Somebody held a lock on the table, or on the file of SQLite, for too long: try again in a quieter moment, or give it longer with --lock-timeout <seconds>.',
  },
  deadlock: {
    exitCode: EXIT.locked,
    advice: '→ It was chosen as a deadlock victim again and again: try again in a quieter moment.',
  },
  busy: {
    exitCode: EXIT.locked,
    advice: '→ The database is busy, or fails over: try again in a moment.',
  },
  starting: {
    exitCode: EXIT.unreachable,
    advice:
      '→ The server or its database starts, stops or fails over, or is not open to everybody: try again in a moment.',
  },
  'read-only': {
    exitCode: EXIT.refused,
    advice: '→ The database is read-only here: connect to the primary, or make the file writable.',
  },
  'connection-lost': {
    exitCode: EXIT.failed,
    advice:
      '→ The connection was lost; the server undoes what was under way. See "status", then run it again.',
  },
  'no-file': {
    exitCode: EXIT.unreachable,
    advice:
      '→ The file that DATABASE_URL names cannot be opened: check the path, that it is a file and no folder, and that this user may read and write it and its folder.',
  },
  'not-a-database': {
    exitCode: EXIT.unreachable,
    advice: '→ The file that DATABASE_URL names is no SQLite database, or is damaged.',
  },
  other: { exitCode: EXIT.failed, advice: '' },
};

/** What the server said, without the statement that knex puts before it: one may hold data. */
function serverText(error: unknown): string {
  const { number, message } = serverErrorOf(error);
  const text = message.includes(' - ') ? (message.split(' - ').at(-1) ?? message) : message;
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return `${line}${/[.!?]$/.test(line) ? '' : '.'}${number === undefined ? '' : ` (SQL Server error ${number})`}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
