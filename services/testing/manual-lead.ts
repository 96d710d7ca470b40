import type { Leadership, Term } from '../relay/leadership/leadership.ts';

/** A lead that a test gives once and takes away when it likes. */
export class ManualLead {
  isHeld = true;
  /** How often somebody asked whether it is held still. */
  asked = 0;
  releases = 0;
  readonly #released = Promise.withResolvers<undefined>();
  #isGiven = false;

  readonly term: Term = {
    isHeld: () => {
      this.asked += 1;
      return Promise.resolve(this.isHeld);
    },
    release: () => {
      this.releases += 1;
      this.#released.resolve(undefined);
      return Promise.resolve();
    },
  };

  readonly leadership: Leadership = {
    acquire: () => {
      const given = this.#isGiven ? undefined : this.term;
      this.#isGiven = true;
      return Promise.resolve(given);
    },
  };

  /** Resolves when it was given back. */
  get released(): Promise<undefined> {
    return this.#released.promise;
  }
}
