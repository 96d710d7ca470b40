import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js';
import { CLIENT_ID, POOL_ID } from './test-cognito.ts';

/** What a sign-in came to: tokens, or the challenge that the library asked to answer. */
export type SignIn =
  | { outcome: 'signed-in'; session: CognitoUserSession }
  | { outcome: 'new-password'; attributes: unknown }
  | { outcome: 'totp' };

/** Somebody at a browser: amazon-cognito-identity-js as it is, its callbacks made promises. */
export interface Person {
  user: CognitoUser;
  signUp(password: string, name: string): Promise<void>;
  signIn(password: string, flow?: 'USER_PASSWORD_AUTH'): Promise<SignIn>;
  /** Signs in and expects tokens. */
  session(password: string): Promise<CognitoUserSession>;
  newPassword(password: string, attributes: Record<string, string>): Promise<SignIn>;
  totp(code: string): Promise<SignIn>;
  refresh(session: CognitoUserSession): Promise<CognitoUserSession>;
  /** Any of the library's calls that end in `(error, result)`. */
  call<Result>(make: (user: CognitoUser, done: Done<Result>) => void): Promise<Result>;
  /** Any of the library's calls that take `{onSuccess, onFailure}`. */
  ask<Result>(make: (user: CognitoUser, callbacks: Callbacks<Result>) => void): Promise<Result>;
}

type Done<Result> = (error?: Error | null, result?: Result) => void;

interface Callbacks<Result> {
  onSuccess: (result: Result) => void;
  onFailure: (error: Error) => void;
}

export function createPerson(endpoint: string, email: string): Person {
  const pool = new CognitoUserPool({ UserPoolId: POOL_ID, ClientId: CLIENT_ID, endpoint });
  const user = new CognitoUser({ Username: email, Pool: pool });

  const call: Person['call'] = (make) =>
    new Promise((resolve, reject) => {
      make(user, (error, result) => {
        if (error) reject(error);
        else if (result === undefined) reject(new Error('neither error nor result'));
        else resolve(result);
      });
    });

  const ask: Person['ask'] = (make) =>
    new Promise((onSuccess, onFailure) => {
      make(user, { onSuccess, onFailure });
    });

  const outcome = (begin: (callbacks: AuthenticationCallbacks) => void) =>
    new Promise<SignIn>((resolve, reject) => {
      begin({
        onSuccess: (session) => resolve({ outcome: 'signed-in', session }),
        onFailure: reject,
        newPasswordRequired: (attributes: unknown) => {
          resolve({ outcome: 'new-password', attributes });
        },
        totpRequired: () => resolve({ outcome: 'totp' }),
      });
    });

  const signIn: Person['signIn'] = (password, flow) => {
    user.setAuthenticationFlowType(flow ?? 'USER_SRP_AUTH');
    const details = new AuthenticationDetails({ Username: email, Password: password });
    return outcome((callbacks) => user.authenticateUser(details, callbacks));
  };

  return {
    user,
    call,
    ask,
    signIn,
    async session(password) {
      const result = await signIn(password);
      if (result.outcome !== 'signed-in') throw new Error(`not signed in: ${result.outcome}`);
      return result.session;
    },
    async signUp(password, name) {
      const attributes = [new CognitoUserAttribute({ Name: 'name', Value: name })];
      await call((_user, done) => pool.signUp(email, password, attributes, [], done));
    },
    newPassword: (password, attributes) =>
      outcome((callbacks) => user.completeNewPasswordChallenge(password, attributes, callbacks)),
    totp: (code) => outcome((callbacks) => user.sendMFACode(code, callbacks, 'SOFTWARE_TOKEN_MFA')),
    refresh: (session) =>
      call<CognitoUserSession>((_user, done) => {
        user.refreshSession(session.getRefreshToken(), done);
      }),
  };
}

interface AuthenticationCallbacks extends Callbacks<CognitoUserSession> {
  newPasswordRequired: (attributes: unknown) => void;
  totpRequired: () => void;
}
