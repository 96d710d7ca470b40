import { CognitoRefreshToken } from 'amazon-cognito-identity-js';
import type { CognitoUser, CognitoUserSession } from 'amazon-cognito-identity-js';
import { AuthError } from './auth-error.ts';
import { typedCode } from './typed-code.ts';

/** Refresh this long before the end, or at a quarter of a shorter token's life. */
const REFRESH_MARGIN_SECONDS = 60;

/** The claims of the access token that the pages go by; the server checks for itself. */
export interface AccessClaims {
  sub: string;
  groups: readonly string[];
}

/** A person with tokens: everything that they may ask of Cognito about their own account. */
export class SignedInUser {
  readonly #user: CognitoUser;
  readonly #clock: () => number;
  #session: CognitoUserSession;
  #refreshing: Promise<string> | undefined;

  /** @param clock epoch ms */
  constructor(user: CognitoUser, session: CognitoUserSession, clock: () => number) {
    this.#user = user;
    this.#session = session;
    this.#clock = clock;
  }

  /** Cognito's name for the person, under which the library stores their tokens. */
  get username(): string {
    return this.#user.getUsername();
  }

  get claims(): AccessClaims {
    const payload = this.#session.getAccessToken().decodePayload();
    const sub: unknown = payload['sub'];
    const groups: unknown = payload['cognito:groups'];
    return {
      sub: typeof sub === 'string' ? sub : '',
      groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
    };
  }

  /**
   * An access token with some life left in it; `fresh` asks for a new one whatever its age.
   * Callers at once share one refresh.
   * @throws AuthError `NotAuthorizedException` where the session is over, `NetworkError` where
   *   Cognito could not be asked
   */
  async accessToken({ fresh = false } = {}): Promise<string> {
    const token = this.#session.getAccessToken();
    if (!fresh && this.#secondsLeft() > 0) return token.getJwtToken();
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** @throws AuthError where the old password is wrong or the new one breaks the policy */
  changePassword(oldPassword: string, newPassword: string): Promise<void> {
    return this.#ask((resolve, reject) => {
      this.#user.changePassword(oldPassword, newPassword, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Whether signing in asks for a code from an authenticator app. */
  hasTotp(): Promise<boolean> {
    return this.#ask((resolve, reject) => {
      const bypassCache = { bypassCache: true };
      this.#user.getUserData((error, data) => {
        if (error) reject(error);
        else resolve((data?.UserMFASettingList ?? []).includes('SOFTWARE_TOKEN_MFA'));
      }, bypassCache);
    });
  }

  /** A new authenticator secret, base 32; it counts only after `confirmTotp`. */
  beginTotp(): Promise<string> {
    return this.#ask((resolve, reject) => {
      this.#user.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject });
    });
  }

  /** Proves the secret with one of its codes and asks for a code at every sign-in from now on. */
  async confirmTotp(code: string): Promise<void> {
    await this.#ask((resolve, reject) => {
      this.#user.verifySoftwareToken(typedCode(code), 'Authenticator app', {
        onSuccess: resolve,
        onFailure: reject,
      });
    });
    await this.#preferTotp(true);
  }

  /** Signing in asks for the password alone again. */
  removeTotp(): Promise<void> {
    return this.#preferTotp(false);
  }

  /** Forgets the tokens here, and has Cognito revoke them where it can be reached. */
  signOut(): Promise<void> {
    return new Promise((resolve) => {
      this.#user.signOut(() => {
        this.#user.signOut();
        resolve();
      });
    });
  }

  /** Ends every session of this person, on all devices. */
  signOutEverywhere(): Promise<void> {
    return this.#ask((resolve, reject) => {
      this.#user.globalSignOut({ onSuccess: () => resolve(), onFailure: reject });
    });
  }

  #secondsLeft(): number {
    const token = this.#session.getAccessToken();
    const now = Math.floor(this.#clock() / 1000) - this.#clockDriftSeconds();
    const life = token.getExpiration() - token.getIssuedAt();
    return token.getExpiration() - Math.min(REFRESH_MARGIN_SECONDS, life / 4) - now;
  }

  /** How far this device's clock ran ahead of Cognito's when the token was made. */
  #clockDriftSeconds(): number {
    const session: object = this.#session;
    if (!('clockDrift' in session)) return 0;
    return typeof session.clockDrift === 'number' ? session.clockDrift : 0;
  }

  async #refresh(): Promise<string> {
    const session = await new Promise<CognitoUserSession>((resolve, reject) => {
      const token = this.#session.getRefreshToken().getToken();
      this.#user.refreshSession(
        new CognitoRefreshToken({ RefreshToken: token }),
        (error: unknown, renewed: CognitoUserSession | null) => {
          if (renewed) resolve(renewed);
          else reject(AuthError.from(error));
        },
      );
    });
    this.#session = session;
    return session.getAccessToken().getJwtToken();
  }

  #preferTotp(enabled: boolean): Promise<void> {
    return this.#ask((resolve, reject) => {
      const settings = { PreferredMfa: enabled, Enabled: enabled };
      this.#user.setUserMfaPreference(null, settings, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Every call below needs a token that is still good, so one is fetched first. */
  async #ask<T>(
    call: (resolve: (value: T) => void, reject: (cause: unknown) => void) => void,
  ): Promise<T> {
    await this.accessToken();
    return new Promise<T>((resolve, reject) => {
      call(resolve, (cause) => reject(AuthError.from(cause)));
    });
  }
}
