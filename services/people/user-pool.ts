import {
  CognitoIdentityProviderClient,
  GetUserCommand,
  NotAuthorizedException,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import { standIn } from '@ordercast/platform/stand-in.ts';
import type { Person } from './person.ts';

/** The pool refuses the token although its signature holds: signed out, disabled or deleted. */
export class RefusedByUserPool extends Error {
  override name = 'RefusedByUserPool';
}

/** The pool did not answer, or not now. */
export class UserPoolUnavailable extends Error {
  override name = 'UserPoolUnavailable';
}

/** Asks the user pool who an access token belongs to. */
export interface UserPool {
  /** Throws {@link RefusedByUserPool} or {@link UserPoolUnavailable}. */
  personOf: (accessToken: string) => Promise<Person>;
  close: () => void;
}

const TIMEOUT_MS = 5_000;

/** The pool behind Cognito's own API; `endpoint` names another server that speaks it. */
export function createUserPool(settings: { region: string; endpoint?: string }): UserPool {
  const client = new CognitoIdentityProviderClient({
    ...(settings.endpoint !== undefined && standIn(settings.endpoint)),
    region: settings.region,
    // GetUser is authorised by the access token alone.
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
    maxAttempts: 2,
  });
  return {
    personOf: async (accessToken) => {
      try {
        const user = await client.send(new GetUserCommand({ AccessToken: accessToken }), {
          abortSignal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const attributes = new Map(user.UserAttributes?.map(({ Name, Value }) => [Name, Value]));
        // Anybody can write another's address into their own account: it counts once it is verified.
        const isVerified = attributes.get('email_verified') === 'true';
        const email = (isVerified && attributes.get('email')) || '';
        const sub = attributes.get('sub');
        if (sub === undefined) throw new UserPoolUnavailable('GetUser answered without a sub');
        return { sub, email, name: attributes.get('name') ?? '' };
      } catch (error) {
        if (error instanceof NotAuthorizedException || error instanceof UserNotFoundException) {
          throw new RefusedByUserPool('The user pool refuses the token', { cause: error });
        }
        throw new UserPoolUnavailable('The user pool did not answer', { cause: error });
      }
    },
    close: () => client.destroy(),
  };
}
