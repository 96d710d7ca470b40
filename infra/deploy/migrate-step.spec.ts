import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readMigrationPlan } from './migrate-step.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ordercast-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the image's program prints, as the log of a task has it: both streams, line by line. */
function migrate(args: readonly string[], env: Record<string, string> = {}): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, ['migrations/main.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return `${stderr}${stdout}`.split('\n');
}

describe('the plan that migrations print', () => {
  it('is read for what is pending and its approval, which "up" takes', () => {
    const database = { DATABASE_URL: `sqlite:${join(folder, 'ordercast.db')}` };
    migrate(['up', '--to', '20261122210000'], database);

    const plan = readMigrationPlan(migrate(['plan'], database));

    expect(plan?.approval).toMatch(/^[0-9a-f]{64}$/);
    migrate(['up', '--approved', plan?.approval ?? ''], database);
    expect(readMigrationPlan(migrate(['plan'], database))).toEqual({ approval: undefined });
  });

  it('is not taken for one that has nothing to do while its first lines are missing', () => {
    const [, ...rest] = migrate(['plan']);
    expect(readMigrationPlan(rest)).toBeUndefined();
    expect(readMigrationPlan([])).toBeUndefined();
    expect(readMigrationPlan(['-- Ordercast, up: 20260101000000_orders.ts'])).toBeUndefined();
  });
});
