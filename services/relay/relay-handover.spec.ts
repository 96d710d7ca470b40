import { setImmediate as nextTurn } from 'node:timers/promises';
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
import { createLeaseLeadership } from './leadership/lease-leadership.ts';
import type { Leadership, Term } from './leadership/leadership.ts';
import type { RelayCrashPoints } from './relay-settings.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';

let database: TestDatabase;
let outbox: TestOutbox;
let publisher: RecordingPublisher;
const relays: { relay: Relay; waits: ManualWaits }[] = [];
/** Lets go whatever a test still holds up. */
const letGo: (() => void)[] = [];
beforeEach(async () => {
  database = await openTestDatabase();
  outbox = createTestOutbox(database.db);
  publisher = createRecordingPublisher();
});
afterEach(async () => {
  for (const open of letGo.splice(0)) open();
  const left = relays.splice(0);
  await Promise.all(left.map(({ relay, waits }) => waits.ringUntil(relay.stop())));
  await database.close();
});

function held<Value>(value: Value): { promise: Promise<Value>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<Value>();
  const open = () => resolve(value);
  letGo.push(open);
  return { promise, open };
}

function start(leadership: Leadership, crashPoints: Partial<RelayCrashPoints> = {}) {
  const waits = new ManualWaits();
  const logged: string[] = [];
  const relay = startRelay({
    database: database.db,
    publish: publisher.publish,
    leadership,
    clock: () => WRITTEN_AT,
    random: () => 0.5,
    log: createLogger('relay', { destination: { write: (line) => void logged.push(line) } }),
    wait: waits.wait,
    crashPoints,
  });
  relays.push({ relay, waits });
  return { relay, waits, isLeading: () => logged.join('').includes('"leading"') };
}

function lease(owner: string): Leadership {
  return createLeaseLeadership({
    database: database.db,
    name: 'relay',
    owner,
    clock: () => WRITTEN_AT,
  });
}

/** Holds every publish up; `entered` counts those that wait. */
function holdPublishing() {
  const gate = held(undefined);
  let entered = 0;
  publisher.setFault(async () => {
    entered += 1;
    await gate.promise;
  });
  return { entered: () => entered, open: gate.open };
}

describe('a relay whose lead is gone', () => {
  it('publishes nothing more, not even what already waits in the same channel', async () => {
    const lead = new ManualLead();
    const publishing = holdPublishing();
    const [first] = [await outbox.append(['all']), await outbox.append(['all'])];
    const { waits } = start(lead.leadership);
    await expect.poll(() => publishing.entered()).toBe(1);
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    lead.isHeld = false;
    const { asked } = lead;
    publishing.open();
    await expect.poll(() => lead.asked > asked || publisher.arrivals.length > 1).toBe(true);
    waits.ring();
    await lead.released;
    expect(publisher.log('all')).toEqual([first]);
  });

  it('publishes nothing more on a channel that waited for its turn', async () => {
    const lead = new ManualLead();
    const publishing = holdPublishing();
    for (let channel = 0; channel < 65; channel++) await outbox.append([`user/${channel}`]);
    const { waits } = start(lead.leadership);
    await expect.poll(() => publishing.entered()).toBe(64);
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    lead.isHeld = false;
    const { asked } = lead;
    publishing.open();
    await expect.poll(() => lead.asked > asked || publisher.arrivals.length > 64).toBe(true);
    waits.ring();
    await lead.released;
    expect(publisher.arrivals).toHaveLength(64);
    expect(publisher.log('user/64')).toEqual([]);
  });
});

describe('a relay that stops', () => {
  it('is followed by another one only when what it published is marked', async () => {
    const marking = Promise.withResolvers<undefined>();
    const gate = held(undefined);
    await outbox.append(['all']);
    const first = start(lease('first'), {
      beforeComplete: () => {
        marking.resolve(undefined);
        return gate.promise;
      },
    });
    await marking.promise;
    const second = start(lease('second'));
    await expect.poll(() => second.waits.pendingMs).toHaveLength(1);
    const stopped = first.relay.stop();
    await triesTwice(second);
    expect(second.isLeading()).toBe(false);
    gate.open();
    await stopped;
    expect(await outbox.waiting()).toEqual([]);
    second.waits.ring();
    await expect.poll(second.isLeading).toBe(true);
    expect(publisher.arrivals).toHaveLength(1);
  });

  it('is followed by another one only when what it is publishing is out', async () => {
    const publishing = holdPublishing();
    const id = await outbox.append(['all']);
    const first = start(lease('first'));
    await expect.poll(() => publishing.entered()).toBe(1);
    const second = start(lease('second'));
    await expect.poll(() => second.waits.pendingMs).toHaveLength(1);
    const stopped = first.relay.stop();
    await triesTwice(second);
    expect(second.isLeading()).toBe(false);
    publishing.open();
    await stopped;
    expect(publisher.log('all')).toEqual([id]);
    expect(await outbox.waiting()).toEqual([]);
  });

  it('is followed by another one only when everybody was tried', async () => {
    const tried = held(undefined);
    publisher.setSettled(tried.promise);
    const id = await outbox.append(['all']);
    const first = start(lease('first'));
    await expect.poll(() => publisher.log('all')).toEqual([id]);
    const second = start(lease('second'));
    await expect.poll(() => second.waits.pendingMs).toHaveLength(1);
    const stopped = first.relay.stop();
    await triesTwice(second);
    expect(second.isLeading()).toBe(false);
    tried.open();
    await stopped;
    expect(await outbox.waiting()).toEqual([]);
  });

  it('gives back unused a lead that comes after that, and waits for it', async () => {
    const lead = new ManualLead();
    const acquiring = held<Term>(lead.term);
    const id = await outbox.append(['all']);
    const { relay, waits } = start({ acquire: () => acquiring.promise });
    let isStopped = false;
    const stopped = relay.stop().then(() => (isStopped = true));
    await nextTurn();
    expect(isStopped).toBe(false);
    acquiring.open();
    const isBusy = () => publisher.arrivals.length > 0 || waits.pendingMs.length > 0;
    await expect.poll(() => isStopped || lead.releases > 0 || isBusy()).toBe(true);
    expect(publisher.arrivals).toEqual([]);
    expect(lead.releases).toBe(1);
    await stopped;
    expect(publisher.arrivals).toEqual([]);
    expect(await outbox.waiting()).toEqual([id]);
  });

  it('asks no more where the lead that it asked for is not to be had', async () => {
    const acquiring = held(undefined);
    const { relay, waits } = start({ acquire: () => acquiring.promise });
    let isStopped = false;
    const stopped = relay.stop().then(() => (isStopped = true));
    acquiring.open();
    await expect.poll(() => isStopped || waits.pendingMs.length > 0).toBe(true);
    expect(waits.pendingMs).toEqual([]);
    await stopped;
  });

  /** One try may begin before what `stop` does; the next one comes after it on the one connection. */
  async function triesTwice({ waits, isLeading }: ReturnType<typeof start>): Promise<void> {
    for (let tries = 0; tries < 2; tries++) {
      const tried = waits.askedMs.length;
      waits.ring();
      await expect.poll(() => waits.askedMs.length > tried || isLeading()).toBe(true);
    }
  }
});
