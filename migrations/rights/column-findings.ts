import type { Difference } from '../schema/difference.ts';
import { inBrackets } from '../schema/object-name.ts';
import { KEPT, MIGRATING } from './kept-tables.ts';
import { onText, rolesOf } from './rights.ts';
import type { Permission, Rights } from './rights.ts';

/**
 * Rights on single columns by which a table is written that its DENY should keep from everybody who does
 * not migrate: a DENY on a table does not reach a column that is granted, or taken out of it by a REVOKE
 * (learn.microsoft.com, "DENY object permissions", "sys.database_permissions").
 */
export function columnFindings({ members, permissions }: Rights): Difference[] {
  return permissions.filter(isOpenColumn).flatMap(({ grantee, permission, of }): Difference[] => {
    if (of.kind !== 'column') return [];
    const own = [grantee, ...rolesOf(grantee, members)];
    if (grantee === 'dbo' || own.some((role) => MIGRATING.includes(role))) return [];
    const isDenied = permissions.some(
      (one) =>
        one.denied &&
        one.grantee === grantee &&
        one.permission === permission &&
        one.of.kind === 'object' &&
        one.of.name === of.name,
    );
    if (of.isExempt && !isDenied) return [];
    const column = `the column ${of.column} of ${of.name}`;
    return [
      {
        subject: `right of ${grantee}`,
        kind: 'right',
        actual: of.isExempt
          ? `is denied ${permission} on ${of.name}, but for its column ${of.column}`
          : `has ${permission} on ${column}, which no DENY on the table reaches`,
        expected: undefined,
        // A REVOKE would leave the column out of a DENY on the table.
        remedy: isDenied
          ? `DENY ${permission}${onText(of)} TO ${inBrackets(grantee)};`
          : `REVOKE ${permission}${onText(of)} FROM ${inBrackets(grantee)};`,
      },
    ];
  });
}

/** Whether a right opens a column of a table that is kept from all who do not migrate. */
export function isOpenColumn({ permission, denied, of }: Permission): boolean {
  if (denied || of.kind !== 'column') return false;
  const name = of.name.toLowerCase();
  return KEPT.some(({ table, from }) => name === `dbo.${table}` && from.includes(permission));
}
