/** The right to be the only one that does something, for as long as it is held. */
export interface Term {
  /**
   * Whether the right is still held now; renews it where that is due. Once false, always false.
   * Asked before every act, since a process can be stopped for any time at any place.
   */
  isHeld: () => Promise<boolean>;
  /** Gives the right back, so that the next leader need not wait. */
  release: () => Promise<void>;
}

export interface Leadership {
  /** A new term, or undefined while somebody else leads. */
  acquire: () => Promise<Term | undefined>;
}
