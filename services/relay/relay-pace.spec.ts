import { createLogger } from '@ordercast/platform/logger.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualLead } from '../testing/manual-lead.ts';
import { createRecordingPublisher } from '../testing/recording-publisher.ts';
import type { RecordingPublisher } from '../testing/recording-publisher.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { WRITTEN_AT, createTestOutbox } from '../testing/test-outbox.ts';
import type { TestOutbox } from '../testing/test-outbox.ts';
import type { Leadership } from './leadership/leadership.ts';
import type { RelaySettings } from './relay-settings.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';

let database: TestDatabase;
let outbox: TestOutbox;
let publisher: RecordingPublisher;
let waits: ManualWaits;
let relay: Relay | undefined;
beforeEach(async () => {
  database = await openTestDatabase();
  outbox = createTestOutbox(database.db);
  publisher = createRecordingPublisher();
  waits = new ManualWaits();
});
afterEach(async () => {
  if (relay !== undefined) await waits.ringUntil(relay.stop());
  relay = undefined;
  await database.close();
});

function start(leadership: Leadership, settings: Partial<RelaySettings> = {}): Relay {
  relay = startRelay({
    database: database.db,
    publish: publisher.publish,
    leadership,
    clock: () => WRITTEN_AT,
    random: () => 0.5,
    log: createLogger('relay', { level: 'silent' }),
    wait: waits.wait,
    ...settings,
  });
  return relay;
}

/** Rings, and waits until the relay pauses once more; gives the length of that pause. */
async function nextPause(): Promise<number | undefined> {
  const before = waits.askedMs.length;
  waits.ring();
  await expect.poll(() => waits.askedMs.length).toBeGreaterThan(before);
  return waits.askedMs.at(-1);
}

describe('a relay that leads', () => {
  it('looks less and less often while nothing comes, and often again once something did', async () => {
    start(new ManualLead().leadership);
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    expect(waits.pendingMs).toEqual([10]);
    for (const pauseMs of [20, 40, 80, 160, 250, 250]) expect(await nextPause()).toBe(pauseMs);
    await outbox.append(['all']);
    expect(await nextPause()).toBe(5);
    await expect.poll(() => outbox.waiting()).toEqual([]);
    expect(await nextPause()).toBe(10);
  });

  it('looks at once when it is nudged', async () => {
    const { nudge } = start(new ManualLead().leadership);
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    expect(waits.pendingMs).toEqual([10]);
    const id = await outbox.append(['all']);
    nudge();
    expect(waits.pendingMs).toEqual([]);
    await expect.poll(() => publisher.log('all')).toEqual([id]);
  });

  it('looks once more where it was nudged while it looked, and then pauses again', async () => {
    const claimed = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    const first = await outbox.append(['all']);
    const { nudge } = start(new ManualLead().leadership, {
      crashPoints: {
        afterClaim: () => {
          claimed.resolve(undefined);
          return gate.promise;
        },
      },
    });
    await claimed.promise;
    const second = await outbox.append(['all']);
    nudge();
    gate.resolve(undefined);
    const isPausing = () => waits.pendingMs.length > 0 || waits.askedMs.length > 9;
    await expect.poll(isPausing).toBe(true);
    // The first pause ended before it began; in the second look the second event came.
    expect(waits.askedMs).toEqual([5, 5]);
    await expect.poll(() => publisher.log('all')).toEqual([first, second]);
  });

  it('gives the lead back where the database fails, and begins anew after a pause', async () => {
    const leads = [new ManualLead(), new ManualLead()];
    const [first, second] = leads;
    const left = [...leads];
    await database.db.schema.renameTable('outbox', 'away');
    start({ acquire: () => Promise.resolve(left.shift()?.term) });
    await expect.poll(() => waits.askedMs.length).toBe(1);
    // Half of 250 to all of it, by chance.
    expect(waits.pendingMs).toEqual([187.5]);
    expect(first?.releases).toBe(1);
    expect(second?.asked).toBe(0);
    await database.db.schema.renameTable('away', 'outbox');
    const id = await outbox.append(['all']);
    waits.ring();
    await expect.poll(() => publisher.log('all')).toEqual([id]);
    // What it could read in between makes the next failure a first one.
    await expect.poll(() => outbox.waiting()).toEqual([]);
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    await database.db.schema.renameTable('outbox', 'away');
    expect(await nextPause()).toBe(187.5);
    await database.db.schema.renameTable('away', 'outbox');
  });
});

describe('a relay that does not lead', () => {
  it('pauses longer after each failure, and as after a first one once it was told that another leads', async () => {
    const fail = () => Promise.reject(new Error('away'));
    const answers = [fail, fail, () => Promise.resolve(undefined), fail];
    start({ acquire: () => answers.shift()?.() ?? Promise.resolve(undefined) });
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    expect(waits.pendingMs).toEqual([187.5]);
    for (const pauseMs of [375, 200, 187.5, 200]) expect(await nextPause()).toBe(pauseMs);
  });

  it.each([
    [0, 100],
    [0.5, 200],
    [0.999, 299.8],
  ])('asks for the lead after a while, by chance of %d after %d ms', async (chance, pauseMs) => {
    let asked = 0;
    const nobody: Leadership = {
      acquire: () => {
        asked += 1;
        return Promise.resolve(undefined);
      },
    };
    start(nobody, { random: () => chance });
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    expect(waits.pendingMs[0]).toBeCloseTo(pauseMs);
    expect(asked).toBe(1);
    expect(await nextPause()).toBeCloseTo(pauseMs);
    expect(asked).toBe(2);
  });
});
