import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionClient, PostResult } from './connection-client.ts';
import { Pacer } from './pacer.ts';
import { Slots } from './slots.ts';

export interface SenderLimits {
  /**
   * Posts a second, and at once after a quiet time. All that passes through API Gateway shares the
   * account's 10,000 and 5,000 (developer guide, WebSocket limits): some is left for clients.
   */
  postsPerSecond: number;
  postsBurst: number;
  /** Posts in flight at once; as many again to connections that are known to be late. */
  concurrency: number;
  /** How long one post may take: "a post can hang past the SDK's request timeout". */
  deadlineMs: number;
  /** A post that takes longer gives its slot to others while it goes on. */
  slowAfterMs: number;
  /** Nobody waits any more for a frame that was first posted so long ago. */
  lateAfterMs: number;
  /** Most posts that go on without a slot. */
  maxSlow: number;
  /** How long a throttled connection is tried again before it is skipped. */
  throttleWindowMs: number;
  /** How often a post is tried that fails for another reason. */
  attempts: number;
  /** How long, and how often, the end of a connection is tried: nobody else will end it. */
  closeWindowMs: number;
  closeAttempts: number;
}

export const SENDER_LIMITS: SenderLimits = {
  ...postsPerSecondLimits(8_000),
  concurrency: 64,
  deadlineMs: 3_000,
  slowAfterMs: 250,
  lateAfterMs: 1_000,
  maxSlow: 1_000,
  throttleWindowMs: 2_000,
  attempts: 2,
  closeWindowMs: 10_000,
  closeAttempts: 10,
};

/** The limits of a sender that may use so many of the account's posts a second, a half at once. */
export function postsPerSecondLimits(
  perSecond: number,
): Pick<SenderLimits, 'postsPerSecond' | 'postsBurst'> {
  return { postsPerSecond: perSecond, postsBurst: Math.ceil(perSecond / 2) };
}

const BASE_RETRY_MS = 20;
const MAX_RETRY_MS = 500;

export interface SenderOptions {
  client: ConnectionClient;
  limits: SenderLimits;
  /** Epoch ms. */
  clock: () => number;
  /** From 0 to 1. */
  random: () => number;
  wait?: (ms: number) => Promise<void>;
  /** Runs `run` once after so many ms, unless what it returns is called before. */
  setTimer?: SetTimer;
}

type SetTimer = (run: () => void, delayMs: number) => () => void;

/** `skipped`: the connection may live but did not take it; the channel log recovers it. */
export type SendResult = 'delivered' | 'gone' | 'skipped';

/** Posts frames with bounded concurrency, a deadline and bounded retries. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #slots: Slots;
  /** Late connections only hold up each other. */
  readonly #lateSlots: Slots;
  readonly #pacer: Pacer;
  readonly #wait: (ms: number) => Promise<void>;
  readonly #setTimer: SetTimer;
  #slow = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#wait = options.wait ?? ((ms) => sleep(ms));
    this.#setTimer = options.setTimer ?? machineTimer;
    const { concurrency, postsPerSecond, postsBurst } = options.limits;
    this.#slots = new Slots(concurrency);
    this.#lateSlots = new Slots(concurrency);
    this.#pacer = new Pacer({
      perSecond: postsPerSecond,
      burst: postsBurst,
      clock: options.clock,
      wait: this.#wait,
    });
  }

  /**
   * Sends one text frame. Never rejects. With `isLate`, it uses the slots of those that are late;
   * `onLate` is called when it becomes late itself, counted from its first post.
   */
  async send(
    endpoint: string,
    connectionId: string,
    data: string,
    { isLate = false, onLate }: { isLate?: boolean; onLate?: () => void } = {},
  ): Promise<SendResult> {
    const slots = isLate ? this.#lateSlots : this.#slots;
    const { client, limits } = this.#options;
    const { attempts, throttleWindowMs: windowMs } = limits;
    let cancelLate: (() => void) | undefined;
    try {
      return await this.#persist(slots, { attempts, windowMs }, (signal) => {
        // Begins with the first post, not while it waits for its turn.
        if (onLate) cancelLate ??= this.#setTimer(onLate, limits.lateAfterMs);
        return client.post(endpoint, connectionId, data, signal);
      });
    } finally {
      cancelLate?.();
    }
  }

  /** Ends a connection, if it can be reached. Never rejects. */
  async close(endpoint: string, connectionId: string): Promise<void> {
    const { client, limits } = this.#options;
    const { closeAttempts: attempts, closeWindowMs: windowMs } = limits;
    await this.#persist(this.#lateSlots, { attempts, windowMs }, (signal) =>
      client.close(endpoint, connectionId, signal),
    );
  }

  /** Calls until it is taken, has failed too often, or the window is over that begins with the first call. */
  async #persist(
    slots: Slots,
    { attempts, windowMs }: { attempts: number; windowMs: number },
    call: (signal: AbortSignal) => Promise<PostResult>,
  ): Promise<SendResult> {
    const { clock, random } = this.#options;
    let startedAt = Infinity;
    let failures = 0;
    for (let attempt = 0; ; attempt += 1) {
      const result = await this.#attempt(slots, (signal) => {
        startedAt = Math.min(startedAt, clock());
        return call(signal);
      });
      if (result === 'delivered' || result === 'gone') return result;
      if (result === 'failed') failures += 1;
      const waitMs = random() * Math.min(MAX_RETRY_MS, BASE_RETRY_MS * 2 ** attempt);
      const isOver = clock() - startedAt + waitMs > windowMs;
      if (failures >= attempts || isOver) return 'skipped';
      await this.#wait(waitMs);
    }
  }

  async #attempt(
    slots: Slots,
    call: (signal: AbortSignal) => Promise<PostResult>,
  ): Promise<PostResult> {
    const { deadlineMs, slowAfterMs, maxSlow } = this.#options.limits;
    await this.#pacer.turn();
    await slots.take();
    const controller = new AbortController();
    let giveBack = () => slots.release();
    const cancelSlow = this.#setTimer(() => {
      if (this.#slow >= maxSlow) return;
      this.#slow += 1;
      giveBack();
      giveBack = () => {
        this.#slow -= 1;
      };
    }, slowAfterMs);
    const missed = Promise.withResolvers<PostResult>();
    const cancelDeadline = this.#setTimer(() => {
      controller.abort();
      missed.resolve('failed');
    }, deadlineMs);
    try {
      return await Promise.race([call(controller.signal), missed.promise]);
    } finally {
      cancelSlow();
      cancelDeadline();
      giveBack();
    }
  }
}

const machineTimer: SetTimer = (run, delayMs) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};
