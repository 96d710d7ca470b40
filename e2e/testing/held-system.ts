import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@ordercast/platform/database.ts';
import { expect } from '@playwright/test';
import { startReportGate } from './report-gate.ts';
import type { ReportGate } from './report-gate.ts';
import { startSystemProcess } from './system-process.ts';
import type { SystemProcess } from './system-process.ts';
import { watchedTest } from './watched-test.ts';

interface HeldSystem {
  system: SystemProcess;
  /** Open before each test. */
  gate: ReportGate;
  /** The system's own database, read beside it. */
  database: ReturnType<typeof openDatabase>;
}

/** The whole system over a SQLite file, with a gate before the files of its reports. */
export const test = watchedTest.extend<{ gate: ReportGate }, { held: HeldSystem }>({
  held: [
    async ({ browserName: _none }, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'ordercast-e2e-'));
      const gate = await startReportGate();
      const system = await startSystemProcess(['--data', folder], gate.env);
      const database = openDatabase(`sqlite:${join(folder, 'ordercast.db')}`);
      await use({ system, gate, database });
      await database.destroy();
      expect(await system.stop()).toBe(0);
      await gate.close();
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  gate: async ({ held: { gate } }, use) => {
    await use(gate);
    gate.open();
  },
});
