import type { Knex } from 'knex';
import { z } from 'zod';

export interface OtherSession {
  id: string;
  login: string;
  host: string;
  program: string;
}

const sessionRow = z
  .object({
    id: z.coerce.string(),
    login: z.string().nullable(),
    host: z.string().nullable(),
    program: z.string().nullable(),
  })
  .transform(({ id, login, host, program }) => ({
    id,
    login: login ?? '?',
    host: host ?? '?',
    program: program ?? '?',
  }));

/** Who else is in a database, idle ones too; without VIEW SERVER STATE the server shows none. */
export async function otherSessions(db: Knex, database: string): Promise<OtherSession[]> {
  const rows: unknown = await db.raw(
    `SELECT s.session_id AS id, s.login_name AS login, s.host_name AS host, s.program_name AS program
FROM sys.dm_exec_sessions AS s
WHERE s.is_user_process = 1 AND s.database_id = DB_ID(?) AND s.session_id <> @@SPID
ORDER BY s.session_id`,
    [database],
  );
  return z.array(sessionRow).parse(rows);
}

/** A line each. */
export function sessionLines(sessions: readonly OtherSession[]): string {
  return sessions
    .map(({ id, login, host, program }) => `  session ${id}: ${login} from ${host}, ${program}`)
    .join('\n');
}
