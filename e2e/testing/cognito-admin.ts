import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { readWebConfig } from './person.ts';

/** An administrator's client for the user pool of the system at `url`. */
export async function cognitoAdmin(url: string) {
  const { cognitoEndpoint, region, userPoolId } = await readWebConfig(url);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return {
    client: new CognitoIdentityProviderClient({ endpoint: cognitoEndpoint, region, credentials }),
    UserPoolId: userPoolId,
  };
}

/** Makes an admin with that name and the demo password. */
export async function createAdmin(url: string, email: string, name: string): Promise<void> {
  const { client, UserPoolId } = await cognitoAdmin(url);
  const user = { UserPoolId, Username: email };
  const attributes = { email, email_verified: 'true', name };
  await client.send(
    new AdminCreateUserCommand({
      ...user,
      UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    }),
  );
  await client.send(
    new AdminSetUserPasswordCommand({ ...user, Password: DEMO_PASSWORD, Permanent: true }),
  );
  await client.send(new AdminAddUserToGroupCommand({ ...user, GroupName: 'admins' }));
}
