import type { Knex } from 'knex';
import { z } from 'zod';
import { inBrackets } from '../schema/object-name.ts';
import type { Rights } from './rights.ts';

const memberRow = z.object({ role: z.string(), member: z.string() });

/** Who is in which role, of the handle's own database unless another is named. */
export async function readMembers(db: Knex, database?: string): Promise<Rights['members']> {
  const sys = database === undefined ? 'sys' : `${inBrackets(database).replaceAll('?', '\\?')}.sys`;
  const rows: unknown = await db.raw(`select r.name as role, m.name as member
from ${sys}.database_role_members as rm
join ${sys}.database_principals as r on r.principal_id = rm.role_principal_id
join ${sys}.database_principals as m on m.principal_id = rm.member_principal_id
order by r.name, m.name`);
  return z.array(memberRow).parse(rows);
}
