import type { Connection } from './connection.ts';
import type { Environment } from './environment.ts';
import { retryDelayMs } from './environment.ts';
import { AnswerTimeoutError, RealtimeError, ServerRefusedError } from './errors.ts';
import type { AnswerFrame } from './frames.ts';
import { Alarm } from './timers.ts';
import type { GetToken, TokenReason } from './token-source.ts';
import { tokenTimes } from './token-source.ts';

/** A new token is fetched in the last fifth of the old one's life, but at most this long before. */
const LONGEST_LEAD_MS = 120_000;

/** Keeps one open connection authenticated: sends a fresh token before the old one expires. */
export class TokenRefresh {
  readonly #connection: Connection;
  readonly #getToken: GetToken;
  readonly #env: Environment;
  readonly #refused: (error: RealtimeError) => void;
  readonly #alarm: Alarm;
  #token: string;
  #running: Promise<boolean> | undefined;
  #attempts = 0;

  /** `refused` is called when the server takes no token of ours for this connection. */
  constructor(
    connection: Connection,
    token: string,
    getToken: GetToken,
    env: Environment,
    refused: (error: RealtimeError) => void,
  ) {
    this.#connection = connection;
    this.#token = token;
    this.#getToken = getToken;
    this.#env = env;
    this.#refused = refused;
    this.#alarm = new Alarm(env.setTimer);
    this.#schedule();
  }

  /** Fetches and sends a new token now; true once the server has taken it. Concurrent calls share one run. */
  renew(reason: TokenReason): Promise<boolean> {
    this.#running ??= this.#run(reason).finally(() => (this.#running = undefined));
    return this.#running;
  }

  stop(): void {
    this.#alarm.clear();
  }

  #schedule(isNew = false): void {
    const leftMs = this.#leftMs(isNew);
    // An expired or unreadable token: the server is the one to say so.
    if (!(leftMs > 0) || !this.#connection.isOpen) return;
    const leadMs = Math.min(LONGEST_LEAD_MS, leftMs / 5) * (0.5 + 0.5 * this.#env.random());
    this.#alarm.set(Math.max(1000, leftMs - leadMs), () => void this.renew('expiring'));
  }

  /**
   * How long the token is still good, by this device's clock. A clock that gives a new token less
   * than half of its life is wrong, and would have it replaced over and over.
   */
  #leftMs(isNew: boolean): number {
    const { expiresMs, issuedMs } = tokenTimes(this.#token);
    const leftMs = expiresMs - this.#env.clock();
    const lifeMs = expiresMs - issuedMs;
    return isNew && leftMs < lifeMs / 2 ? lifeMs : leftMs;
  }

  async #run(reason: TokenReason): Promise<boolean> {
    try {
      const token = await this.#getToken(reason);
      if (!this.#connection.isOpen) return false;
      if (reason === 'expiring' && token === this.#token) {
        // The application's session does not renew this early: ask again closer to the end.
        this.#schedule();
        return true;
      }
      const answer = await this.#send(token);
      if (answer?.type === 'authenticated') {
        this.#token = token;
        this.#attempts = 0;
        this.#schedule(true);
        return true;
      }
      if (answer?.type !== 'error') throw new AnswerTimeoutError('No answer to authenticate.');
      const error = new ServerRefusedError(answer.code, answer.message);
      if (answer.code !== 'TOKEN_INVALID') throw error;
      if (reason !== 'refused') return await this.#run('refused');
      this.#refused(error);
    } catch (error) {
      if (error instanceof RealtimeError) this.#env.report(error);
      if (this.#connection.isOpen) {
        const delayMs = retryDelayMs(this.#env, this.#attempts++);
        this.#alarm.set(delayMs, () => void this.renew(reason));
      }
    }
    return false;
  }

  #send(token: string): Promise<AnswerFrame | undefined> {
    const { answerTimeoutMs } = this.#env.timings;
    return new Promise((resolve) =>
      this.#connection.ask({ action: 'authenticate', token }, answerTimeoutMs, resolve),
    );
  }
}
