import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminSetUserPasswordCommand,
  ListUsersInGroupCommand,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';

interface NewPerson {
  email: string;
  name: string;
  /** Whether Cognito sends them a temporary password. */
  invited: boolean;
}

/** What a deployment does to the people of a pool. */
export class People {
  readonly #cognito: CognitoIdentityProviderClient;
  readonly #pool: { UserPoolId: string };

  constructor(cognito: CognitoIdentityProviderClient, poolId: string) {
    this.#cognito = cognito;
    this.#pool = { UserPoolId: poolId };
  }

  async hasMember(group: string): Promise<boolean> {
    const command = new ListUsersInGroupCommand({ ...this.#pool, GroupName: group, Limit: 1 });
    const { Users = [] } = await this.#cognito.send(command);
    return Users.length > 0;
  }

  /** Answers whether they are new; somebody who is there already is left as they are. */
  async make({ email, name, invited }: NewPerson): Promise<boolean> {
    try {
      await this.#cognito.send(
        new AdminCreateUserCommand({
          ...this.#pool,
          Username: email,
          UserAttributes: [
            { Name: 'email', Value: email },
            { Name: 'email_verified', Value: 'true' },
            { Name: 'name', Value: name },
          ],
          ...(invited ? { DesiredDeliveryMediums: ['EMAIL'] } : { MessageAction: 'SUPPRESS' }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof UsernameExistsException) return false;
      throw error;
    }
  }

  async addTo(group: string, email: string): Promise<void> {
    await this.#cognito.send(
      new AdminAddUserToGroupCommand({ ...this.#pool, Username: email, GroupName: group }),
    );
  }

  /** Lets them sign in with this password. */
  async enable(email: string, password: string): Promise<void> {
    await this.#cognito.send(new AdminEnableUserCommand({ ...this.#pool, Username: email }));
    await this.#cognito.send(
      new AdminSetUserPasswordCommand({
        ...this.#pool,
        Username: email,
        Password: password,
        Permanent: true,
      }),
    );
  }

  async disable(email: string): Promise<void> {
    await this.#cognito.send(new AdminDisableUserCommand({ ...this.#pool, Username: email }));
  }
}
