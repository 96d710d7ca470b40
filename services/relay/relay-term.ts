import { wait as waitByTimer } from '@ordercast/platform/wait.ts';
import pLimit from 'p-limit';
import { claimOutbox, keepPendingChannels, recordOutboxFailure } from '../outbox/outbox.ts';
import type { Term } from './leadership/leadership.ts';
import { createChannelLane } from './channel-lane.ts';
import type { ChannelLane, LaneContext } from './channel-lane.ts';
import { createCompletion } from './completion.ts';
import { readEntry, tombstone } from './entry.ts';
import type { Entry } from './entry.ts';
import { HeldRows } from './held-rows.ts';
import { createPause } from './pause.ts';
import type { RelaySettings } from './relay-settings.ts';

const CLAIM_LIMIT = 500;
/**
 * Rows under way at most; beyond it nothing more is claimed until some are complete. A channel's log
 * must recognise as many as repeats: half of its RECENT_IDS.
 */
const MAX_HELD = 2_000;
/** Channels whose log is written at once at most. */
const MAX_PUBLISHING = 64;
/** How long a channel may run ahead of a stuck one before the rows record it. */
const RECORD_EVERY_MS = 1_000;
/** The poll's pause doubles from least to most while nothing comes; a nudge ends it. */
const MIN_PAUSE_MS = 5;
const MAX_PAUSE_MS = 250;

export interface RelayTerm {
  nudge: () => void;
  /** Claims and publishes no more; what is under way is finished first. */
  end: () => void;
  /** Resolves when the lead is lost or given away; rejects where the database fails. */
  finished: Promise<void>;
}

/** One term of leadership: claims rows in id order and hands each to the lanes of its channels. */
export function createRelayTerm(
  settings: RelaySettings & {
    lead: Term;
    /** The outbox could be read. */
    onClaimed: () => void;
  },
): RelayTerm {
  const { database, publish, lead, clock, random, log, crashPoints = {} } = settings;
  const { wait: waitFor = waitByTimer } = settings;
  const pause = createPause(waitFor);
  const ending = new AbortController();
  const held = new HeldRows();
  const lanes = new Map<string, ChannelLane>();

  const wait = (ms: number): Promise<void> => waitFor(ms, ending.signal);

  const completion = createCompletion({
    database,
    clock,
    random,
    retryAfter: async (ms) => {
      await wait(ms);
      return !ending.signal.aborted;
    },
    beforeComplete: async () => crashPoints.beforeComplete?.(),
    onCompleted: (ids) => {
      const wasFull = held.size >= MAX_HELD;
      for (const id of ids) held.delete(id);
      if (wasFull) pause.end();
    },
    onFailure: (error) => log.error({ err: error }, 'cannot mark rows as published'),
  });

  const laneContext: Omit<LaneContext, 'onIdle'> = {
    publish: async (channel, events) => {
      const published = await publish(channel, events);
      await crashPoints.afterPublish?.();
      return published;
    },
    mayPublish: async () => !ending.signal.aborted && (await lead.isHeld()),
    inSlot: pLimit(MAX_PUBLISHING),
    onDone: (entry, channel) => {
      if (held.publishedOn(entry.id, channel)) completion.add(entry);
    },
    onFailure: (channel, entries, error) => {
      const ids = entries.map(({ id }) => id);
      log.warn({ err: error, channel, ids: ids.slice(0, 10) }, 'publishing failed, will retry');
      recordOutboxFailure(database, ids, String(error)).catch((cause: unknown) =>
        log.warn({ err: cause }, 'cannot count a failed attempt'),
      );
    },
    onUnencodable: (entry, error) => {
      abandon(entry, String(error));
      entry.event = tombstone(entry.id, entry.event, clock());
    },
    wait,
    random,
  };

  const abandon = (entry: Entry, reason: string): void => {
    entry.abandonedBecause = reason;
    const { id, event, traceparent } = entry;
    log.error(
      {
        alarm: 'outbox-event-abandoned',
        id,
        type: event.type,
        subject: event.subject,
        traceparent,
        reason,
      },
      'an event can never be published; a tombstone takes its place',
    );
  };

  const laneOf = (channel: string): ChannelLane => {
    const lane =
      lanes.get(channel) ??
      createChannelLane(channel, { ...laneContext, onIdle: () => lanes.delete(channel) });
    lanes.set(channel, lane);
    return lane;
  };

  const claim = async (): Promise<number> => {
    const limit = Math.min(CLAIM_LIMIT, MAX_HELD - held.size);
    if (limit === 0) return 0;
    const rows = await claimOutbox(database, { limit, held });
    settings.onClaimed();
    if (rows.length > 0) await crashPoints.afterClaim?.();
    for (const row of rows) {
      const entry = readEntry(row, clock());
      if (entry.abandonedBecause !== undefined) abandon(entry, entry.abandonedBecause);
      held.add(entry.id, entry.channels);
      if (entry.channels.length === 0) completion.add(entry);
      for (const channel of entry.channels) laneOf(channel).push(entry);
    }
    return rows.length;
  };

  /**
   * Where one channel of a row is stuck, the others run far ahead of it, beyond what a new leader
   * reads back of their logs: so the row itself remembers who has its event.
   */
  const recordPartlyPublished = async (): Promise<void> => {
    recordedAt = clock();
    for (const { id, channels } of held.takePartlyPublished()) {
      await keepPendingChannels(database, id, channels);
    }
  };
  let recordedAt = clock();

  const run = async (): Promise<void> => {
    let pauseMs = MIN_PAUSE_MS;
    while (!ending.signal.aborted && (await lead.isHeld())) {
      if (clock() - recordedAt >= RECORD_EVERY_MS) await recordPartlyPublished();
      const claimed = await claim();
      if (claimed === CLAIM_LIMIT) continue;
      pauseMs = claimed > 0 ? MIN_PAUSE_MS : Math.min(pauseMs * 2, MAX_PAUSE_MS);
      await pause.wait(pauseMs);
    }
  };

  const finish = async (): Promise<void> => {
    try {
      await run();
    } finally {
      ending.abort();
      await Promise.all([...lanes.values()].map((lane) => lane.idle()));
      await completion.flushed();
      await recordPartlyPublished().catch((error: unknown) => {
        log.error({ err: error }, 'cannot note what is published in part');
      });
      await lead.release();
    }
  };

  return {
    nudge: pause.end,
    end: () => {
      ending.abort();
      pause.end();
    },
    finished: finish(),
  };
}
