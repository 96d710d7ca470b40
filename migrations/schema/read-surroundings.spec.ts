import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Rights } from '../rights/rights.ts';
import { bootstrapped } from '../testing/bootstrapped.ts';
import { databaseRow, rightRows, startCatalogueServer } from '../testing/catalogue-server.ts';
import type { CatalogueServer } from '../testing/catalogue-server.ts';

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

let live: CatalogueServer;
beforeEach(async () => {
  live = await startCatalogueServer();
  await live.steps.write(1, 'nothing', { up: '', down: '' });
  await live.migrate('up');
});
afterEach(() => live.close());

async function verified() {
  const { code, out } = await live.migrate('verify');
  return { code, lines: out.split('\n').slice(0, -1) };
}

const saysRights = (change: Partial<Rights>) =>
  live.says(rightRows({ ...bootstrapped(), ...change }));

describe('verify of a database that bootstrap has made', () => {
  it('finds it sound, and baseline takes it in', async () => {
    expect(await verified()).toEqual({ code: 0, lines: [] });
    await live.steps.write(2, 'more', { up: '', down: '' });
    expect((await live.migrate('baseline', '--to', '20300102000000')).code).toBe(0);
  });

  it.each([
    [1, 0, [matching(/^database sh\]op: ALLOW_SNAPSHOT_ISOLATION is off/)]],
    [1, 2, [matching(/^database sh\]op: ALLOW_SNAPSHOT_ISOLATION is off/)]],
    [1, 3, []],
    [
      0,
      1,
      [
        'database sh]op: READ_COMMITTED_SNAPSHOT is off: readers wait for writers, and writers for readers → ALTER DATABASE [sh]]op] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;',
      ],
    ],
    [
      false,
      0,
      [
        matching(/^database sh\]op: READ_COMMITTED_SNAPSHOT is off/),
        matching(
          /^database sh\]op: ALLOW_SNAPSHOT_ISOLATION is off.*→ ALTER DATABASE \[sh\]\]op\]/,
        ),
      ],
    ],
  ])('notices row versioning of %s and %d', async (rcsi, snapshot, expected) => {
    live.says(databaseRow({ name: 'sh]op', rcsi, snapshot }));
    const { code, lines } = await verified();
    expect(lines.filter((line) => !line.startsWith('note: right of shop_'))).toEqual(expected);
    expect(code).toBe(expected.length === 0 ? 0 : 3);
  });

  it('notices a right that nobody should have, and notes who may change everything', async () => {
    const { members, permissions } = bootstrapped();
    const of = { kind: 'object', name: 'dbo.order lines' } as const;
    saysRights({
      permissions: [...permissions, { grantee: 'public', permission: 'SELECT', denied: false, of }],
      members: [...members, { role: 'db_owner', member: 'admin' }],
    });
    expect(await verified()).toEqual({
      code: 3,
      lines: [
        'right of public: has SELECT ON [dbo].[order lines] → REVOKE SELECT ON [dbo].[order lines] FROM [public];',
        matching(/^note: right of admin: is a member of db_owner/),
      ],
    });
  });

  it('notices that nothing keeps the programs from the timeline any more, now or when it is made anew', async () => {
    const { permissions, trigger } = bootstrapped();
    saysRights({
      permissions: permissions.filter(
        ({ of }) => of.kind === 'database' || of.name !== 'dbo.order_timeline',
      ),
      trigger: trigger && { ...trigger, disabled: true },
    });
    expect(await verified()).toEqual({
      code: 3,
      lines: [
        'right of ordercast_app_role: lacks DENY UPDATE, DELETE ON dbo.order_timeline → DENY UPDATE, DELETE ON dbo.order_timeline TO ordercast_app_role;',
        matching(/^trigger ordercast_table_rights: is disabled/),
      ],
    });
    saysRights({ trigger: trigger && { ...trigger, definition: undefined } });
    expect((await verified()).lines).toEqual([matching(/^trigger .*not bootstrap's own/)]);
    saysRights({ trigger: undefined });
    expect((await verified()).lines).toEqual([matching(/^trigger .*is missing/)]);
  });

  it('reads of a column whether it is granted, or left out of what the table is denied', async () => {
    const of = { kind: 'column', name: 'dbo.order_timeline', column: 'reason' } as const;
    const one = { permission: 'UPDATE', denied: false };
    saysRights({
      permissions: [
        ...bootstrapped().permissions,
        { ...one, grantee: 'ordercast_app_role', of: { ...of, isExempt: true } },
        { ...one, grantee: 'shop_app', of: { ...of, isExempt: false } },
      ],
    });
    expect(await verified()).toEqual({
      code: 3,
      lines: [
        matching(/^right of ordercast_app_role: is denied UPDATE .*but for its column reason/),
        matching(/^right of shop_app: has UPDATE on the column reason of dbo.order_timeline/),
      ],
    });
    const asked = live.asked.find((sql) => sql.includes('sys.database_permissions'));
    expect(asked).toContain("p.state = 'R' and p.minor_id > 0");
    expect(asked).toContain('c.object_id = p.major_id and c.column_id = p.minor_id');
  });

  it('says that it did not look at rights where the login may not see them', async () => {
    const unseen = bootstrapped([], []);
    live.says({
      ...rightRows({ ...unseen, permissions: [], trigger: undefined }),
      ...databaseRow({ sees_rights: 0, user_name: 'ni]ght' }),
    });
    expect(await verified()).toEqual({
      code: 0,
      lines: [
        matching(/^note: rights were not looked at, .*GRANT VIEW DEFINITION TO \[ni\]\]ght\];$/),
      ],
    });
    const { code, out } = await live.migrate('verify', '--unread-fails');
    expect(code).toBe(3);
    expect(out).toMatch(
      /Not sound: what could not be looked at, which --unread-fails counts; 1 of 1/,
    );
    const json = await live.migrate('verify', '--unread-fails', '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      sound: false,
      reasons: ['unread'],
      unread: [matching(/^rights were not looked at/)],
      notes: [matching(/^rights were not looked at/)],
    });
    const seen = await live.migrate('verify', '--json');
    expect(JSON.parse(seen.out)).toMatchObject({ sound: true, unread: [matching(/^rights/)] });
    live.says({});
    expect((await live.migrate('verify', '--unread-fails')).code).toBe(0);
  });
});
