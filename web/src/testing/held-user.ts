import {
  CognitoAccessToken,
  CognitoIdToken,
  CognitoUser,
  CognitoUserPool,
  CognitoUserSession,
} from 'amazon-cognito-identity-js';
import { MemoryStorage } from './memory-storage.ts';
import { SignedInUser } from '../auth/signed-in-user.ts';
import { HeldCalls } from './held-calls.ts';

/** For specs: a person whose questions to Cognito are answered by hand. */
export class HeldUser extends SignedInUser {
  readonly tokens = new HeldCalls<[options?: { fresh?: boolean }], string>();
  readonly leavings = new HeldCalls<[], undefined>();

  constructor(name: string) {
    const Storage = new MemoryStorage();
    const Pool = new CognitoUserPool({ UserPoolId: 'us-east-1_x', ClientId: 'x', Storage });
    const token = `e30.${Buffer.from('{}').toString('base64url')}.signature`;
    const tokens = new CognitoUserSession({
      AccessToken: new CognitoAccessToken({ AccessToken: token }),
      IdToken: new CognitoIdToken({ IdToken: token }),
    });
    super(new CognitoUser({ Username: name, Pool, Storage }), tokens, () => 0);
  }

  override accessToken = this.tokens.call;
  override signOut = this.leavings.call;
  override signOutEverywhere = this.leavings.call;
}
