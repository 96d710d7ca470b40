import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserAttribute,
} from 'amazon-cognito-identity-js';
import type {
  CognitoUserPool,
  CognitoUserSession,
  IAuthenticationCallback,
  ICognitoStorage,
} from 'amazon-cognito-identity-js';
import { AuthError } from './auth-error.ts';
import { SignedInUser } from './signed-in-user.ts';
import { typedCode } from './typed-code.ts';

/** Where a sign-in stands: done, or what Cognito asks next and how to answer. */
export type SignInStep =
  | { type: 'signed-in'; user: SignedInUser }
  | {
      type: 'new-password';
      /** Attributes that the account still lacks, such as `name`. */
      required: readonly string[];
      answer(password: string, attributes: Record<string, string>): Promise<SignInStep>;
    }
  | { type: 'totp'; answer(code: string): Promise<SignInStep> }
  | { type: 'totp-setup'; secret: string; answer(code: string): Promise<SignInStep> };

export interface AccountsOptions {
  pool: CognitoUserPool;
  storage: ICognitoStorage;
  /** Epoch ms. */
  clock: () => number;
}

/**
 * What anybody may ask of Cognito without being signed in. Every call fails with AuthError; codes are taken as
 * they were typed.
 */
export class Accounts {
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** The person whose tokens this tab still holds, or undefined; refreshes where they ran out. */
  async restore(): Promise<SignedInUser | undefined> {
    const user = this.#options.pool.getCurrentUser();
    if (!user) return undefined;
    const session = await new Promise<CognitoUserSession | undefined>((resolve, reject) => {
      user.getSession((cause: Error | null, found: CognitoUserSession | null) => {
        const error = cause && AuthError.from(cause);
        if (error?.isUnreachable) reject(error);
        else resolve(found ?? undefined);
      });
    });
    return session && this.#signedIn(user, session);
  }

  /** Signs in by SRP: the password never leaves this device. */
  signIn(email: string, password: string): Promise<SignInStep> {
    const user = this.#user(email);
    const details = new AuthenticationDetails({ Username: email, Password: password });
    return this.#step(user, (callbacks) => {
      user.authenticateUser(details, callbacks);
    });
  }

  /** Makes an account that must be confirmed by the code in a mail. */
  signUp(person: { email: string; name: string; password: string }): Promise<void> {
    const attributes = [
      new CognitoUserAttribute({ Name: 'email', Value: person.email }),
      new CognitoUserAttribute({ Name: 'name', Value: person.name }),
    ];
    return settle((done) => {
      this.#options.pool.signUp(person.email, person.password, attributes, [], done);
    });
  }

  confirmSignUp(email: string, code: string): Promise<void> {
    return settle((done) => {
      this.#user(email).confirmRegistration(typedCode(code), false, done);
    });
  }

  /** Sends the sign-up's code once more. */
  resendCode(email: string): Promise<void> {
    return settle((done) => {
      this.#user(email).resendConfirmationCode(done);
    });
  }

  /** Has a code sent with which a new password can be set. */
  requestPasswordReset(email: string): Promise<void> {
    return settle((done) => {
      this.#user(email).forgotPassword({ onSuccess: () => done(), onFailure: done });
    });
  }

  resetPassword(email: string, code: string, password: string): Promise<void> {
    return settle((done) => {
      this.#user(email).confirmPassword(typedCode(code), password, {
        onSuccess: () => done(),
        onFailure: done,
      });
    });
  }

  #user(email: string): CognitoUser {
    const { pool, storage } = this.#options;
    return new CognitoUser({ Username: email, Pool: pool, Storage: storage });
  }

  #signedIn(user: CognitoUser, session: CognitoUserSession): SignedInUser {
    return new SignedInUser(user, session, this.#options.clock);
  }

  /** Runs one step of a sign-in; the answer to a challenge is the next step. */
  #step(
    user: CognitoUser,
    start: (callbacks: IAuthenticationCallback) => void,
  ): Promise<SignInStep> {
    return new Promise((resolve, reject) => {
      const onFailure = (cause: unknown) => reject(AuthError.from(cause));
      const unsupported = (challenge: string) =>
        onFailure(new AuthError('Unsupported', `This page cannot answer ${challenge}.`));
      start({
        onSuccess: (session) => resolve({ type: 'signed-in', user: this.#signedIn(user, session) }),
        onFailure,
        newPasswordRequired: (_attributes, required: unknown) =>
          resolve({
            type: 'new-password',
            required: Array.isArray(required) ? required.map(String) : [],
            answer: (password, attributes) =>
              this.#step(user, (callbacks) => {
                user.completeNewPasswordChallenge(password, attributes, callbacks);
              }),
          }),
        totpRequired: () =>
          resolve({
            type: 'totp',
            answer: (code) =>
              this.#step(user, (callbacks) => {
                user.sendMFACode(typedCode(code), callbacks, 'SOFTWARE_TOKEN_MFA');
              }),
          }),
        mfaSetup: () => {
          user.associateSoftwareToken({
            onFailure,
            associateSecretCode: (secret) =>
              resolve({
                type: 'totp-setup',
                secret,
                answer: (code) =>
                  this.#step(user, (callbacks) => {
                    user.verifySoftwareToken(typedCode(code), 'Authenticator app', callbacks);
                  }),
              }),
          });
        },
        mfaRequired: unsupported,
        selectMFAType: unsupported,
        customChallenge: () => unsupported('CUSTOM_CHALLENGE'),
      });
    });
  }
}

/** A callback style call as a promise; whatever it reports first decides. */
function settle(call: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => {
      if (error) reject(AuthError.from(error));
      else resolve();
    });
  });
}
