import type { Knex } from 'knex';
import { z } from 'zod';
import { bit, count } from './catalogue-queries.ts';
import type { Difference } from './difference.ts';
import { readMembers } from '../rights/read-members.ts';
import { rightFindings } from '../rights/right-findings.ts';
import type { Permission, Securable, SurroundingFindings } from '../rights/rights.ts';
import { TABLE_RIGHTS_TRIGGER } from '../rights/table-rights-trigger.ts';
import { inBrackets } from './object-name.ts';

const settingRow = z.object({
  name: z.string(),
  rcsi: count,
  snapshot: count,
  sees_rights: count,
  user_name: z.string(),
});
const principalRow = z.object({ name: z.string(), is_role: bit });
const tableRow = z.object({ name: z.string() });
const triggerRow = z.object({ disabled: bit, definition: z.string().nullable() });
const permissionRow = z.object({
  grantee: z.string(),
  permission: z.string(),
  state: z.string(),
  class: count,
  schema_name: z.string().nullable(),
  object_name: z.string().nullable(),
  column_name: z.string().nullable(),
});

const SETTINGS = `select d.name as name, cast(d.is_read_committed_snapshot_on as int) as rcsi, d.snapshot_isolation_state as snapshot,
  has_perms_by_name(quotename(d.name), 'DATABASE', 'VIEW DEFINITION') as sees_rights, user_name() as user_name
from sys.databases as d where d.database_id = db_id()`;
const PRINCIPALS = `select p.name as name, case p.type when 'R' then 1 else 0 end as is_role
from sys.database_principals as p
where p.type <> 'A' and p.name not in ('sys', 'INFORMATION_SCHEMA') order by p.name`;
const TABLES =
  "select t.name as name from sys.tables as t where t.schema_id = schema_id('dbo') order by t.name";
const TRIGGER = `select tr.is_disabled as disabled, m.definition as definition from sys.triggers as tr
left join sys.sql_modules as m on m.object_id = tr.object_id
where tr.parent_class = 0 and tr.name = '${TABLE_RIGHTS_TRIGGER}'`;
/**
 * Of the database, of schemas, and of objects that are not the server's own with their columns; of a column
 * there is a row where its right is another than the table's, also where that is none (REVOKE).
 */
const PERMISSIONS = `select g.name as grantee, p.permission_name as permission, rtrim(p.state) as state, p.class as class,
  case p.class when 3 then schema_name(p.major_id) when 1 then schema_name(o.schema_id) end as schema_name, o.name as object_name,
  c.name as column_name
from sys.database_permissions as p
join sys.database_principals as g on g.principal_id = p.grantee_principal_id
left join sys.objects as o on p.class = 1 and o.object_id = p.major_id
left join sys.columns as c on p.class = 1 and p.minor_id > 0 and c.object_id = p.major_id and c.column_id = p.minor_id
where (p.state in ('G', 'W', 'D') or (p.state = 'R' and p.minor_id > 0)) and (p.class in (0, 3) or (p.class = 1 and o.is_ms_shipped = 0))
order by g.name, p.class, p.permission_name, c.name`;

/** What of a SQL Server's database is no schema and yet bears on it: its settings and its rights. */
export async function readSurroundings(db: Knex): Promise<SurroundingFindings> {
  const read = async <Row>(sql: string, schema: z.ZodType<Row>): Promise<Row[]> =>
    z.array(schema).parse(await db.raw(sql));
  const [settings] = await read(SETTINGS, settingRow);
  if (settings === undefined) throw new Error('The catalogue has no row for its own database.');
  const differences = settingDifferences(settings);
  if (settings.sees_rights !== 1) {
    return { differences, told: [], unread: [rightsUnseen(settings.user_name)] };
  }
  const principals = await read(PRINCIPALS, principalRow);
  const named = (isRole: boolean) =>
    principals.filter(({ is_role }) => is_role === isRole).map(({ name }) => name);
  const [trigger] = await read(TRIGGER, triggerRow);
  const rights = rightFindings({
    database: settings.name,
    tables: (await read(TABLES, tableRow)).map(({ name }) => name),
    users: named(false),
    roles: named(true),
    members: await readMembers(db),
    permissions: (await read(PERMISSIONS, permissionRow)).map(toPermission),
    trigger: trigger && { ...trigger, definition: trigger.definition ?? undefined },
  });
  return { differences: [...differences, ...rights.differences], told: rights.told, unread: [] };
}

/** Without that right the catalogue shows only what the login may use itself. */
function rightsUnseen(user: string): string {
  return `rights were not looked at, nor what this login has no right on: it lacks VIEW DEFINITION on the database; run verify as the migrating login, or grant it: GRANT VIEW DEFINITION TO ${inBrackets(user)};`;
}

/** Snapshot isolation: 0 is off, 1 on, 2 on its way off, 3 on its way on (`sys.databases`). */
function settingDifferences({ name, rcsi, snapshot }: z.infer<typeof settingRow>): Difference[] {
  const off = (setting: string, why: string, how: string): Difference => ({
    subject: `database ${name}`,
    kind: 'setting',
    actual: `${setting} is off: ${why}`,
    expected: `${setting} on`,
    remedy: `ALTER DATABASE ${inBrackets(name)} SET ${setting} ON${how};`,
  });
  return [
    ...(rcsi === 0
      ? [
          off(
            'READ_COMMITTED_SNAPSHOT',
            'readers wait for writers, and writers for readers',
            ' WITH ROLLBACK IMMEDIATE',
          ),
        ]
      : []),
    ...(snapshot === 0 || snapshot === 2
      ? [off('ALLOW_SNAPSHOT_ISOLATION', 'reports cannot read one state of everything', '')]
      : []),
  ];
}

function toPermission(row: z.infer<typeof permissionRow>): Permission {
  const { grantee, permission, state } = row;
  return { grantee, permission, denied: state === 'D', of: toSecurable(row) };
}

function toSecurable({
  class: kind,
  state,
  schema_name: schema,
  object_name: object,
  column_name: column,
}: z.infer<typeof permissionRow>): Securable {
  if (kind === 0 || schema === null) return { kind: 'database' };
  if (object === null) return { kind: 'schema', name: schema };
  const name = `${schema}.${object}`;
  if (column === null) return { kind: 'object', name };
  return { kind: 'column', name, column, isExempt: state === 'R' };
}
