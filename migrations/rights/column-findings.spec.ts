import { describe, expect, it } from 'vitest';
import { describeDifference } from '../schema/difference.ts';
import { bootstrapped } from '../testing/bootstrapped.ts';
import { rightFindings } from './right-findings.ts';
import type { Permission, Rights } from './rights.ts';

const BOOTSTRAPPED = bootstrapped();
const APP = 'ordercast_app_role';

function found(change: Partial<Rights>) {
  const { differences, told } = rightFindings({ ...BOOTSTRAPPED, ...change });
  return { drift: differences.map(describeDifference), notes: told };
}

const onColumn = (
  grantee: string,
  more: { name?: string; permission?: string; denied?: boolean; isExempt?: boolean } = {},
): Permission => ({
  grantee,
  permission: more.permission ?? 'UPDATE',
  denied: more.denied ?? false,
  of: {
    kind: 'column',
    name: more.name ?? 'dbo.order_timeline',
    column: 'reason]',
    isExempt: more.isExempt ?? false,
  },
});
const withRights = (...more: Permission[]) => ({
  permissions: [...BOOTSTRAPPED.permissions, ...more],
});
const REACHES = 'which no DENY on the table reaches';

describe('a right on a single column', () => {
  it.each(['shop_app', 'clerks'])('of the timeline is drift, granted to %s', (grantee) => {
    const remedy = `REVOKE UPDATE ON [dbo].[order_timeline] ([reason]]]) FROM [${grantee}];`;
    expect(found(withRights(onColumn(grantee)))).toEqual({
      drift: [
        `right of ${grantee}: has UPDATE on the column reason] of dbo.order_timeline, ${REACHES} → ${remedy}`,
      ],
      notes: [],
    });
  });

  it('of the timeline is drift, granted to the role that is denied the table, and said once', () => {
    const remedy = `DENY UPDATE ON [dbo].[order_timeline] ([reason]]]) TO [${APP}];`;
    expect(found(withRights(onColumn(APP)))).toEqual({
      drift: [
        `right of ${APP}: has UPDATE on the column reason] of dbo.order_timeline, ${REACHES} → ${remedy}`,
      ],
      notes: [],
    });
    expect(found(withRights(onColumn(APP, { isExempt: true })))).toEqual({
      drift: [
        `right of ${APP}: is denied UPDATE on dbo.order_timeline, but for its column reason] → ${remedy}`,
      ],
      notes: [],
    });
  });

  it('of a table of the history is drift as well', () => {
    const { drift } = found(
      withRights(onColumn('shop_reports', { name: 'dbo.Migration_History' })),
    );
    expect(drift).toEqual([expect.stringContaining(`of dbo.Migration_History, ${REACHES}`)]);
  });

  it('is none of the whole table: a DENY on a column keeps nobody from the others', () => {
    const permissions = BOOTSTRAPPED.permissions.filter(
      ({ of, permission }) =>
        of.kind !== 'object' || of.name !== 'dbo.order_timeline' || permission !== 'UPDATE',
    );
    const { drift } = found({ permissions: [...permissions, onColumn(APP, { denied: true })] });
    expect(drift).toEqual([
      expect.stringContaining(`right of ${APP}: lacks DENY UPDATE, DELETE ON dbo.order_timeline`),
    ]);
  });

  it('that only reads, is denied, or is of who migrates, is no fault', () => {
    for (const one of [
      onColumn('shop_app', { permission: 'SELECT' }),
      onColumn('shop_app', { denied: true }),
      onColumn('shop_app', { isExempt: true }),
      onColumn('shop_migrator'),
      onColumn('dbo'),
    ]) {
      expect(found(withRights(one))).toEqual({ drift: [], notes: [] });
    }
  });

  it('of another table is noted where a role of bootstrap has it, and drift where everybody has', () => {
    expect(found(withRights(onColumn(APP, { name: 'dbo.orders' })))).toEqual({
      drift: [],
      notes: [
        `right of ${APP}: has UPDATE on column reason] of dbo.orders, which bootstrap does not give`,
      ],
    });
    expect(found(withRights(onColumn('public', { name: 'dbo.orders' }))).drift).toEqual([
      'right of public: has UPDATE ON [dbo].[orders] ([reason]]]) → REVOKE UPDATE ON [dbo].[orders] ([reason]]]) FROM [public];',
    ]);
  });
});
