import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Answer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { onTestFinished } from 'vitest';
import type { Rights } from '../rights/rights.ts';
import { runHere } from './run-here.ts';

export const PASSWORDS = {
  MIGRATOR_PASSWORD: "Mig'rator-1",
  APP_PASSWORD: 'App-1',
  REPORTS_PASSWORD: 'Reports-1',
};

export type Session = Readonly<Record<'id' | 'login' | 'host' | 'program', string | number>>;

/** What a server has, as far as bootstrap asks. */
interface Instance {
  /** Logins that are there. */
  logins: Set<string>;
  /** Undefined: there is no such database yet. */
  hasRowVersioning: boolean | undefined;
  others: readonly Session[];
  /** By login. */
  serverRoles: Readonly<Record<string, string>>;
  /** Of the database; `login` where it is another name. */
  principals: readonly { name: string; type: string; login?: string }[];
  members: Rights['members'];
  /** Whether the login of bootstrap may open the database. */
  mayOpen: boolean;
}

/** Called for what changes something, before (`do` makes it so) or instead. */
type Interference = (sql: string, apply: () => void) => Answer | undefined;

/** A server that remembers which logins it has, on a real socket; `interfere` makes its faults. */
export async function startInstance(state: Partial<Instance> = {}, interfere?: Interference) {
  const instance: Instance = {
    logins: new Set<string>(),
    hasRowVersioning: undefined,
    others: [],
    serverRoles: {},
    principals: [],
    members: [],
    mayOpen: true,
    ...state,
  };
  const server = await startTdsServer({
    answer: ({ sql, values }): Answer => {
      const read = readAnswer(instance, sql, String(values[0]));
      if (read !== undefined) return read;
      const apply = () => {
        const made = /IF SUSER_ID\(N'([^']+)'\) IS NULL/.exec(sql)?.[1];
        if (made !== undefined) instance.logins.add(made);
        if (sql.includes('CREATE DATABASE')) instance.hasRowVersioning ??= false;
        if (sql.includes('SET READ_COMMITTED_SNAPSHOT ON')) instance.hasRowVersioning = true;
      };
      const answer = interfere?.(sql, apply);
      if (answer === undefined) apply();
      return answer ?? {};
    },
  });
  const isChange = ({ sql }: { sql: string }) => !/^select /i.test(sql);
  const sql = () => server.requests.map((request) => request.sql);
  return {
    server,
    instance,
    /** Whatever changes something. */
    changes: () => server.requests.filter(isChange).map((request) => request.sql),
    sql: () => sql().join('\n'),
    /** Texts that came as parameters of what changes something. */
    secrets: () => server.requests.filter(isChange).flatMap(({ values }) => values),
    run: (
      args: readonly string[],
      environment: Readonly<Record<string, string>> = PASSWORDS,
      progress?: (line: string) => void,
      database = 'shop',
    ) =>
      runHere(['bootstrap', ...args], {
        directory: 'none',
        url: `mssql://Admin:hunter2@127.0.0.1:${server.port}/${encodeURIComponent(database)}?encrypt=false`,
        environment,
        ...(progress !== undefined && { progress }),
      }),
  };
}

/** The same, gone with the test that asks for it. */
export async function instanceForTest(
  ...given: Parameters<typeof startInstance>
): Promise<BootstrapInstance> {
  const instance = await startInstance(...given);
  onTestFinished(() => instance.server.close());
  return instance;
}

export type BootstrapInstance = Awaited<ReturnType<typeof startInstance>>;

function readAnswer(instance: Instance, sql: string, value: string): Answer | undefined {
  const { hasRowVersioning: isOn } = instance;
  if (sql.startsWith('SELECT SUSER_ID')) {
    return { rows: [{ id: instance.logins.has(value) ? 7 : null }] };
  }
  if (sql.startsWith('SELECT IS_SRVROLEMEMBER')) {
    const role = instance.serverRoles[value];
    return { rows: [{ sysadmin: null, securityadmin: 0, ...(role && { [role]: 1 }) }] };
  }
  if (sql.startsWith('SELECT DB_ID')) {
    return { rows: [{ id: isOn === undefined ? null : 5 }] };
  }
  if (sql.includes('.sys.') && !instance.mayOpen) {
    return { error: { number: 916, message: 'The server principal is not able to access it.' } };
  }
  if (sql.includes('.sys.database_role_members')) return { rows: instance.members };
  if (sql.includes('.sys.database_principals AS p')) {
    const rows = instance.principals.filter(
      ({ name, login = name }) => name === value || login === value,
    );
    return { rows: rows.map(({ name, type }) => ({ name, type })) };
  }
  if (sql.startsWith('SELECT is_read_committed_snapshot_on')) {
    return isOn === undefined ? {} : { rows: [{ isOn }] };
  }
  if (sql.includes('dm_exec_sessions')) return { rows: instance.others };
  return undefined;
}
