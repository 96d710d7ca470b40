import { hasMoto } from '@ordercast/platform/testing/moto-server.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { afterAll, beforeAll, describe } from 'vitest';
import { createLocalScheduler } from './local-scheduler.ts';
import { schedulerContract } from './scheduler.contract.ts';
import { openScriptedBed, startMotoScheduler } from './testing/eventbridge-bed.ts';

describe("on a laptop's scheduler", () => {
  schedulerContract(() => {
    const scheduler = createLocalScheduler({
      clock: () => 0,
      wait: new ManualWaits().wait,
      fire: () => Promise.resolve(),
      logger: createLogger('spec', { level: 'silent' }),
    });
    return Promise.resolve({ scheduler, close: () => Promise.resolve() });
  });
});

describe("on a stand-in for EventBridge Scheduler's API", () => {
  schedulerContract(openScriptedBed);
});

describe.skipIf(!hasMoto())("on moto's EventBridge Scheduler", () => {
  let moto: Awaited<ReturnType<typeof startMotoScheduler>>;
  beforeAll(async () => {
    moto = await startMotoScheduler();
  });
  afterAll(() => moto.close());
  schedulerContract(() => moto.open());
});
