import type { ConnectionOptions } from '@ordercast/platform/database.ts';
import { serverErrorOf } from '@ordercast/platform/database-error.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { BootstrapLogin } from './bootstrap-logins.ts';
import { BootstrapFailed, describeProgress } from './bootstrap-failed.ts';
import type { BootstrapProgress } from './bootstrap-failed.ts';
import { bootstrapParts, bootstrapScript } from './bootstrap-script.ts';
import type { BootstrapPart, BootstrapPlan } from './bootstrap-script.ts';
import { EXIT } from './exit-code.ts';
import { assertNoConflicts } from './login-conflicts.ts';
import { otherSessions, sessionLines } from './other-sessions.ts';
import type { OtherSession } from './other-sessions.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';

/** Environment variables by name; the passwords come from there. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface BootstrapRuntime {
  environment: Environment;
  dryRun: boolean;
  open: (options: ConnectionOptions & { database: string }) => Knex;
  progress: (line: string) => void;
}

const MAX_PASSWORD_LENGTH = 128;
/** The state of the database cannot be changed while others are in it. */
const IN_USE = [5061, 5070];
/** It cannot be changed either while the database is in an availability group or mirrored. */
const IN_GROUP = 1468;

const presence = z.array(z.object({ id: z.number().nullable() }));
const versioning = z.array(z.object({ isOn: z.boolean() }));

/**
 * What the master login does: the database, row versioning, logins and roles with their rights. It may be
 * run again at any time: what is there is left as it is, a login's password too.
 */
export async function bootstrap(plan: BootstrapPlan, runtime: BootstrapRuntime): Promise<Report> {
  if (runtime.dryRun) {
    const script = bootstrapScript(plan);
    return { exitCode: EXIT.done, text: script, json: { sql: script } };
  }
  const master = runtime.open({ poolMax: 1, database: 'master' });
  const states = new Map<string, LoginState>();
  let parts: readonly BootstrapPart[];
  try {
    await assertNoConflicts(master, plan.database, plan.logins);
    for (const login of plan.logins) states.set(login.name, await stateOf(master, login, plan));
    const passwords = givenPasswords(plan.logins, states, runtime.environment);
    await assertAlone(master, plan, runtime.progress);
    parts = bootstrapParts(plan).filter(
      ({ login }) => login === undefined || passwords.has(login.name),
    );
    await runParts(master, 'master', { parts, passwords, plan });
  } finally {
    await master.destroy();
  }
  const db = runtime.open({ poolMax: 1, database: plan.database });
  try {
    await runParts(db, 'database', { parts, passwords: new Map(), plan });
  } finally {
    await db.destroy();
  }
  return toReport(plan, states);
}

type LoginState = 'made' | 'kept' | 'password-changed';

async function stateOf(
  master: Knex,
  { name, passwordVariable }: BootstrapLogin,
  { resetPasswords }: BootstrapPlan,
): Promise<LoginState> {
  const rows: unknown = await master.raw('SELECT SUSER_ID(?) AS id', [name]);
  const [row] = presence.parse(rows);
  if (row === undefined || row.id === null) return 'made';
  return resetPasswords && passwordVariable !== undefined ? 'password-changed' : 'kept';
}

/** By login; one that is left as it is needs none. Nothing has been done yet where one is missing. */
function givenPasswords(
  logins: readonly BootstrapLogin[],
  states: ReadonlyMap<string, LoginState>,
  environment: Environment,
): Map<string, string> {
  const needed = logins.filter(({ name }) => states.get(name) !== 'kept');
  const passwords = new Map<string, string>();
  const missing: string[] = [];
  for (const { name, passwordVariable } of needed) {
    if (passwordVariable === undefined) continue;
    const password = environment[passwordVariable] ?? '';
    if (password === '' || password.length > MAX_PASSWORD_LENGTH) missing.push(passwordVariable);
    passwords.set(name, password);
  }
  if (missing.length === 0) return passwords;
  throw new Refused(
    EXIT.usage,
    'Nothing was changed. bootstrap needs the passwords that the logins shall have, in the environment, ' +
      `of at most ${MAX_PASSWORD_LENGTH} characters each: ${missing.join(', ')}. See what it would do with --dry-run.`,
  );
}

/** Row versioning is switched on only while nobody else is in the database; a new one has nobody. */
async function assertAlone(
  master: Knex,
  { database, endSessions }: BootstrapPlan,
  progress: (line: string) => void,
): Promise<void> {
  const rows: unknown = await master.raw(
    'SELECT is_read_committed_snapshot_on AS isOn FROM sys.databases WHERE name = ?',
    [database],
  );
  const [row] = versioning.parse(rows);
  if (row === undefined || row.isOn) return;
  const sessions = await otherSessions(master, database);
  if (sessions.length === 0) return;
  if (!endSessions) throw inUse(database, sessions, 'Nothing was changed.');
  progress(
    `Ending ${sessions.length} sessions in ${database}, to switch READ_COMMITTED_SNAPSHOT on; what they are doing is rolled back:\n${sessionLines(sessions)}`,
  );
}

function inUse(
  database: string,
  sessions: readonly OtherSession[],
  untouched: string,
  progress?: BootstrapProgress,
): Refused {
  const who =
    sessions.length === 0
      ? 'others are, whom this login may not see (it lacks VIEW SERVER STATE)'
      : sessions.length === 1
        ? '1 other is'
        : `${sessions.length} others are`;
  const list = sessions.length === 0 ? '' : `\n${sessionLines(sessions)}`;
  return new Refused(
    EXIT.refused,
    `READ_COMMITTED_SNAPSHOT is switched on only while nobody else is in the database ${database}, and ${who}. ` +
      `${untouched} Stop those programs and run it again, or let it end their sessions, whose work is then rolled back: --end-sessions.${list}${progress === undefined ? '' : `\n${describeProgress(progress)}`}`,
  );
}

function inGroup(database: string, progress: BootstrapProgress): Refused {
  return new Refused(
    EXIT.refused,
    `READ_COMMITTED_SNAPSHOT is not switched on while ${database} is in an availability group or mirrored, as it is with Multi-AZ on RDS. ` +
      `Take it out of the group (on RDS: switch Multi-AZ off), run it again, and put it back.\n${describeProgress(progress)}`,
  );
}

/** Runs, in order, the parts that belong to where the handle is. */
async function runParts(
  db: Knex,
  where: BootstrapPart['in'],
  {
    parts,
    passwords,
    plan: { database },
  }: {
    parts: readonly BootstrapPart[];
    passwords: ReadonlyMap<string, string>;
    plan: BootstrapPlan;
  },
): Promise<void> {
  for (const [at, { title, sql, login, in: place }] of parts.entries()) {
    if (place !== where) continue;
    const raw = sql.replaceAll('?', '\\?');
    try {
      if (login === undefined) await db.raw(raw);
      else await db.raw(raw.replace('@p0', '?'), [passwords.get(login.name) ?? '']);
    } catch (error) {
      const { number = 0 } = serverErrorOf(error);
      const titles = parts.map((part) => part.title);
      const progress = { done: titles.slice(0, at), failed: title, left: titles.slice(at + 1) };
      if (number === IN_GROUP) throw inGroup(database, progress);
      if (IN_USE.includes(number)) {
        const others = await otherSessions(db, database);
        throw inUse(database, others, 'The database itself is there.', progress);
      }
      throw new BootstrapFailed(progress, error);
    }
  }
}

const STATE_TEXTS: Readonly<Record<LoginState, string>> = {
  made: 'made',
  kept: 'is there already and was left as it is',
  'password-changed': 'is there already; its password was changed',
};

function toReport({ database, logins }: BootstrapPlan, states: ReadonlyMap<string, LoginState>) {
  const made = logins.map((login) => ({ ...login, state: states.get(login.name) ?? 'made' }));
  const lines = made.map(({ name, role, state, passwordVariable }) => {
    const secret =
      state === 'made' && passwordVariable === undefined
        ? ', with a password that nobody knows until a rotation sets one'
        : '';
    return `  ${name} (${role}): ${STATE_TEXTS[state]}${secret}`;
  });
  const kept = made.some(({ state }) => state === 'kept')
    ? ['Other passwords for logins that are there: --reset-passwords.']
    : [];
  const migrator = made.find(({ role }) => role === 'migrator');
  const next = migrator === undefined ? [] : [`Next: npm run migrate -- up, as ${migrator.name}.`];
  return {
    exitCode: EXIT.done,
    text: [`The database ${database} is there, with row versioning on, and its logins:`, ...lines]
      .concat(kept, next)
      .join('\n'),
    json: { database, logins: made.map(({ name, role, state }) => ({ name, role, state })) },
  };
}
