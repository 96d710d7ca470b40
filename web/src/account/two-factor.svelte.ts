import { AuthError, authErrorText } from '../auth/auth-error.ts';
import type { SignedInUser } from '../auth/signed-in-user.ts';

export type TwoFactorState = 'loading' | 'off' | 'setting-up' | 'on' | 'failed';

/** Codes from an authenticator app as a second proof at sign-in: off, being set up, on. */
export class TwoFactor {
  readonly #user: Pick<SignedInUser, 'hasTotp' | 'beginTotp' | 'confirmTotp' | 'removeTotp'>;
  #state = $state<TwoFactorState>('loading');
  #secret = $state('');
  #error = $state<string>();

  constructor(user: Pick<SignedInUser, 'hasTotp' | 'beginTotp' | 'confirmTotp' | 'removeTotp'>) {
    this.#user = user;
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
      this.#error = authErrorText(AuthError.from(cause));
      this.#state = 'failed';
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
