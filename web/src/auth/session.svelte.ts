import type { Accounts } from './accounts.ts';
import { AuthError } from './auth-error.ts';
import type { SignedInUser } from './signed-in-user.ts';

export type SessionState = 'restoring' | 'unreachable' | 'signed-out' | 'signed-in';

/** Who is signed in in this tab, if anybody. */
export class Session {
  readonly #accounts: Pick<Accounts, 'restore'>;
  #state = $state<SessionState>('restoring');
  #user = $state.raw<SignedInUser>();
  #hasEnded = $state(false);
  #hasLeft = $state(false);
  /** Who is signing out. */
  #leaving: SignedInUser | undefined;
  readonly #leaveListeners = new Set<() => void>();

  constructor(accounts: Pick<Accounts, 'restore'>) {
    this.#accounts = accounts;
  }

  get state(): SessionState {
    return this.#state;
  }

  get user(): SignedInUser | undefined {
    return this.#user;
  }

  /** True where the session ended without the person asking for it; the sign-in page says so. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** True after signing out: whoever signs in next need not be led to this person's page. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Called when the person signs out, not when the session ends by itself; returns the clean-up. */
  onLeave(listener: () => void): () => void {
    this.#leaveListeners.add(listener);
    return () => void this.#leaveListeners.delete(listener);
  }

  /** Takes up the session that this tab's storage still holds, unless somebody signs in meanwhile. */
  async restore(): Promise<void> {
    this.#state = 'restoring';
    try {
      const user = await this.#accounts.restore();
      if (!this.#isRestoring()) return;
      if (user) this.begin(user);
      else this.#state = 'signed-out';
    } catch {
      if (this.#isRestoring()) this.#state = 'unreachable';
    }
  }

  begin(user: SignedInUser): void {
    this.#user = user;
    this.#hasEnded = false;
    this.#hasLeft = false;
    this.#state = 'signed-in';
  }

  /** A token for a request; ends the session where Cognito says that it is over. */
  async accessToken(options?: { fresh?: boolean }): Promise<string> {
    const user = this.#user;
    if (!user) throw new AuthError('NotAuthorizedException', 'Nobody is signed in.');
    try {
      return await user.accessToken(options);
    } catch (cause) {
      const error = AuthError.from(cause);
      if (!error.isUnreachable && this.#user === user) this.end();
      throw error;
    }
  }

  /** The session is over, whatever the reason: the person must sign in again. */
  end(): void {
    if (this.#state !== 'signed-in') return;
    if (this.#leaving === this.#user) this.#tellOfLeaving();
    this.#user = undefined;
    this.#hasEnded = true;
    this.#state = 'signed-out';
  }

  /**
   * Leaves once the tokens are revoked and forgotten, so that a quick sign-in after it cannot
   * have its new tokens swept away; where Cognito cannot be asked they are forgotten all the same.
   */
  async signOut(): Promise<void> {
    const user = this.#user;
    this.#leaving = user;
    await user?.signOut();
    this.#leave(user);
  }

  /** @throws AuthError where Cognito could not be asked: then nothing has changed */
  async signOutEverywhere(): Promise<void> {
    const user = this.#user;
    this.#leaving = user;
    await user?.signOutEverywhere().catch((cause: unknown) => {
      this.#leaving = undefined;
      throw cause;
    });
    this.#leave(user);
  }

  #isRestoring(): boolean {
    return this.#state === 'restoring';
  }

  /** The session of that person may have ended by itself meanwhile, and another's have begun. */
  #leave(user: SignedInUser | undefined): void {
    this.#leaving = undefined;
    if (this.#user && this.#user !== user) return;
    if (this.#user) this.#tellOfLeaving();
    this.#user = undefined;
    this.#hasEnded = false;
    this.#hasLeft = true;
    this.#state = 'signed-out';
  }

  #tellOfLeaving(): void {
    for (const listener of [...this.#leaveListeners]) listener();
  }
}
