import { AuthError, authErrorText } from '../auth/auth-error.ts';
import type { SignedInUser } from '../auth/signed-in-user.ts';

export type TwoFactorState = 'loading' | 'off' | 'setting-up' | 'on' | 'failed';

/** Codes from an authenticator app as a second proof at sign-in: off, being set up, on. */
export class TwoFactor {
  readonly #user: Pick<SignedInUser, 'hasTotp' | 'beginTotp' | 'confirmTotp' | 'removeTotp'>;
  readonly #checkSession: () => Promise<unknown>;
  #state = $state<TwoFactorState>('loading');
  #secret = $state('');
  #error = $state<string>();

  /** @param checkSession asks Cognito whether the session still stands, and ends it if not */
  constructor(
    user: Pick<SignedInUser, 'hasTotp' | 'beginTotp' | 'confirmTotp' | 'removeTotp'>,
    checkSession: () => Promise<unknown>,
  ) {
    this.#user = user;
    this.#checkSession = checkSession;
  }

  get state(): TwoFactorState {
    return this.#state;
  }

  /** Base 32; to be typed or scanned into the app. */
  get secret(): string {
    return this.#secret;
  }

  get error(): string | undefined {
    return this.#error;
  }

  async load(): Promise<void> {
    this.#state = 'loading';
    try {
      this.#state = (await this.#user.hasTotp()) ? 'on' : 'off';
    } catch (cause) {
      const error = AuthError.from(cause);
      this.#error = authErrorText(error);
      this.#state = 'failed';
      // Signed out from another device: the token still reads well, but Cognito takes it no more.
      if (error.code === 'NotAuthorizedException')
        await this.#checkSession().catch(() => undefined);
    }
  }

  /** The verbs below reject with AuthError and leave the state as it was. */
  async begin(): Promise<void> {
    this.#secret = await this.#user.beginTotp();
    this.#state = 'setting-up';
  }

  async confirm(code: string): Promise<void> {
    await this.#user.confirmTotp(code);
    this.#secret = '';
    this.#state = 'on';
  }

  cancel(): void {
    this.#secret = '';
    this.#state = 'off';
  }

  async remove(): Promise<void> {
    await this.#user.removeTotp();
    this.#state = 'off';
  }
}
