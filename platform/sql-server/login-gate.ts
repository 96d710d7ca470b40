import { databaseErrorKind } from '../database-error.ts';
import { retryPauseMs } from '../retry-pause.ts';

/**
 * After a refusal nobody logs in for so long. A server locks an account after some refusals, often ten within ten
 * minutes; from here come at most 29 in an hour and 9 in its first ten minutes.
 */
const PAUSES = { baseMs: 5_000, maxMs: 300_000 };

/**
 * Through it all logins of one program with one set of credentials pass, so that a refused one is not repeated until its
 * account is locked: it shuts for longer after each refusal, and meanwhile everybody gets the refusal at once. Until
 * credentials have proven good one login goes first, and the others share its failure. A server that does not
 * answer shuts nothing: who asks again may find it back.
 */
export class LoginGate {
  readonly #clock: () => number;
  readonly #random: () => number;
  #isProven = false;
  #first: Promise<unknown> | undefined;
  #refusals = 0;
  #shut: { until: number; cause: unknown } | undefined;

  /** `clock` gives milliseconds that only ever go on; `random` is from 0 to below 1. */
  constructor({ clock, random }: { clock: () => number; random: () => number }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Logs in when that may be done, and rejects with what refused it. */
  async pass<Connection>(logIn: () => Promise<Connection>): Promise<Connection> {
    if (this.#isShut()) throw this.#shut?.cause;
    if (this.#isProven) return this.#try(logIn);
    if (this.#first !== undefined) {
      await this.#first;
      return this.#try(logIn);
    }
    const first = this.#try(logIn).finally(() => (this.#first = undefined));
    this.#first = first;
    return first;
  }

  async #try<Connection>(logIn: () => Promise<Connection>): Promise<Connection> {
    try {
      const connection = await logIn();
      this.#isProven = true;
      this.#refusals = 0;
      this.#shut = undefined;
      return connection;
    } catch (error) {
      if (isRefusal(error)) this.#refused(error);
      throw error;
    }
  }

  #refused(cause: unknown): void {
    this.#isProven = false;
    // Those that went at the same time are refused together, once.
    if (this.#isShut()) return;
    this.#refusals += 1;
    this.#shut = {
      until: this.#clock() + retryPauseMs(this.#refusals, PAUSES, this.#random),
      cause,
    };
  }

  #isShut(): boolean {
    return this.#shut !== undefined && this.#clock() < this.#shut.until;
  }
}

/** A secret that cannot be read counts as one. */
function isRefusal(error: unknown): boolean {
  return databaseErrorKind(error) === 'login-refused';
}
