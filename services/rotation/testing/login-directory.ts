import type { ServerError } from '@ordercast/platform/testing/tds/answers.ts';
import type { TdsRequest } from '@ordercast/platform/testing/tds/requests.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type {
  Answer,
  TdsServer,
  TdsServerOptions,
} from '@ordercast/platform/testing/tds/tds-server.ts';

export interface Login {
  password: string;
  /** Of schema dbo. */
  rights: readonly string[];
  isDisabled?: boolean;
  isLocked?: boolean;
  /** Whether no database has a user for it. */
  isWithoutUser?: boolean;
}

/** A scripted SQL Server that knows logins, and changes their passwords when it is asked as SQL Server is. */
export interface LoginDirectory {
  server: TdsServer;
  logins: Map<string, Login>;
  /**
   * Breaks the connection of one statement, after so many others: before it is run, or when it has been. What it gives
   * ends that, and tells whether it has happened.
   */
  cutStatement: (afterStatements: number, when: 'before' | 'after') => () => boolean;
  /** Answers what a rotation does not ask. */
  answerOther: (request: TdsRequest) => Answer | Promise<Answer>;
}

const FAILED: ServerError = { number: 18456, message: 'Login failed.' };
const ALTER = /^DECLARE @sql nvarchar\(max\) = N'ALTER LOGIN \[([^\]]+)\] WITH'/;

export async function startLoginDirectory(
  logins: Record<string, Login>,
  tls?: TdsServerOptions['tls'],
): Promise<LoginDirectory> {
  const users = new Map<number, string>();
  const known = new Map(Object.entries(logins));
  const server = await startTdsServer({
    ...(tls !== undefined && { tls }),
    login: ({ user, password, database }, session) => {
      users.set(session, user);
      const login = known.get(user);
      if (login?.isLocked === true) return { number: 18486, message: 'Login is locked out.' };
      if (login?.password !== password) return FAILED;
      if (login.isDisabled === true) return { number: 18470, message: 'Login is disabled.' };
      if (login.isWithoutUser === true && database !== 'master') {
        return { number: 4060, message: 'Cannot open database.' };
      }
      return undefined;
    },
    answer: async (request, session) => {
      const when = cutNow();
      if (when === 'before') return 'drop';
      const answer = await respond(users.get(session) ?? '', request);
      return when === 'after' ? 'drop' : answer;
    },
  });
  let cut: { left: number; when: 'before' | 'after' } | undefined;
  const cutNow = () => {
    if (cut === undefined) return undefined;
    const { left, when } = cut;
    cut = left === 0 ? undefined : { left: left - 1, when };
    return left === 0 ? when : undefined;
  };
  const respond = (user: string, request: TdsRequest): Answer | Promise<Answer> => {
    const { sql } = request;
    const [name] = ALTER.exec(sql)?.slice(1) ?? [];
    if (name !== undefined) return alter(user, name, request);
    if (sql.includes('sys.sql_logins')) return { rows: stateRows(String(request.values[0])) };
    if (sql.startsWith('SELECT HAS_PERMS_BY_NAME')) return { rows: [rightsRow(user, sql)] };
    return directory.answerOther(request);
  };
  const alter = (user: string, name: string, { sql, values }: TdsRequest): Answer => {
    const login = known.get(name);
    const [password, old] = values;
    if (login === undefined || typeof password !== 'string') {
      return { error: { number: 15151, message: 'Cannot alter the login.', severity: 16 } };
    }
    const isOwn = sql.includes('OLD_PASSWORD') && user === name && old === login.password;
    if (!isOwn && known.get(user)?.rights.includes('ALTER ANY LOGIN') !== true) {
      return { error: { number: 15151, message: 'Cannot alter the login.', severity: 16 } };
    }
    known.set(name, {
      ...login,
      password,
      isLocked: login.isLocked === true && !sql.includes('UNLOCK'),
    });
    return {};
  };
  const stateRows = (name: string) => {
    const login = known.get(name);
    if (login === undefined) return [];
    return [{ isDisabled: login.isDisabled === true, isLocked: login.isLocked === true ? 1 : 0 }];
  };
  const rightsRow = (user: string, sql: string) =>
    Object.fromEntries(
      [...sql.matchAll(/AS \[(\w+)\]/g)].map(([, right = '']) => [
        right,
        known.get(user)?.rights.includes(right) === true ? 1 : 0,
      ]),
    );
  const directory: LoginDirectory = {
    server,
    logins: known,
    cutStatement: (left, when) => {
      cut = { left, when };
      return () => {
        const isDone = cut === undefined;
        cut = undefined;
        return isDone;
      };
    },
    answerOther: () => ({}),
  };
  return directory;
}
