import type { Knex } from 'knex';
import type { Leadership } from './leadership/leadership.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import type { Publish } from '@ordercast/websocket/publisher.ts';

/** Places where a test may stop the process, to show that nothing is lost there. */
export interface RelayCrashPoints {
  afterClaim: () => Promise<void>;
  afterPublish: () => Promise<void>;
  beforeComplete: () => Promise<void>;
}

export interface RelaySettings {
  database: Knex;
  publish: Publish;
  leadership: Leadership;
  /** Epoch milliseconds. */
  clock: () => number;
  /** 0 ≤ x < 1. */
  random: () => number;
  log: Logger;
  /** Waits between polls and before retries; by the machine's timers unless given. */
  wait?: Wait;
  crashPoints?: Partial<RelayCrashPoints>;
}
