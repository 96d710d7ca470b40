import { BOOKKEEPING_TABLES } from '../history/history-tables.ts';
import { ROLES, TABLE_RIGHTS } from './role-rights.ts';

/** Who changes tables may migrate, so the history is theirs to write. */
export const MIGRATING: readonly string[] = ['db_ddladmin', 'db_owner', ROLES.migrator];

/** What nobody may do to a table of `dbo` who does not migrate. */
export const KEPT: readonly { table: string; from: readonly string[] }[] = [
  ...BOOKKEEPING_TABLES.map((table) => ({ table, from: ['INSERT', 'UPDATE', 'DELETE'] })),
  ...[...TABLE_RIGHTS]
    .filter(([, { verb }]) => verb === 'DENY')
    .map(([table, { permissions }]) => ({ table, from: permissions })),
];
