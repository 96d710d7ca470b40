import {
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminUpdateUserAttributesCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
  SignUpCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, test } from 'vitest';
import { awsJson, claimsOf } from './testing/aws-json.ts';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import {
  ADA,
  CLIENT_ID,
  PASSWORD,
  POOL_ID,
  SAM,
  startTestCognito,
} from './testing/test-cognito.ts';

const pool = { UserPoolId: POOL_ID };

const cognito = cognitoForEachTest();

describe('groups', () => {
  test('a user who joins and leaves has it in the next tokens', async () => {
    const membership = { ...pool, Username: ADA.email, GroupName: 'admins' };
    const groups = async () => {
      const session = await createPerson(cognito().endpoint, ADA.email).session(PASSWORD);
      return claimsOf(session.getAccessToken().getJwtToken())['cognito:groups'];
    };
    await cognito().sdk.send(new AdminAddUserToGroupCommand(membership));
    await cognito().sdk.send(new AdminAddUserToGroupCommand(membership));
    expect(await groups()).toEqual(['admins']);
    expect(await cognito().sdk.send(new AdminListGroupsForUserCommand(membership))).toMatchObject({
      Groups: [{ GroupName: 'admins' }],
    });
    await cognito().sdk.send(new AdminRemoveUserFromGroupCommand(membership));
    expect(await groups()).toBeUndefined();
  });

  test('are listed with their members; others are not found', async () => {
    expect(await cognito().sdk.send(new ListGroupsCommand(pool))).toMatchObject({
      Groups: [{ GroupName: 'admins' }, { GroupName: 'staff' }],
    });
    const staff = new ListUsersInGroupCommand({ ...pool, GroupName: 'staff' });
    expect((await cognito().sdk.send(staff)).Users?.map(({ Username }) => Username)).toEqual([
      SAM.sub,
    ]);
    const unknown = new AdminAddUserToGroupCommand({
      ...pool,
      Username: ADA.email,
      GroupName: 'owners',
    });
    await expect(cognito().sdk.send(unknown)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('users', () => {
  test('are read with their state and their dates', async () => {
    const user = await cognito().sdk.send(new AdminGetUserCommand({ ...pool, Username: ADA.sub }));
    expect(user).toMatchObject({ Username: ADA.sub, Enabled: true, UserStatus: 'CONFIRMED' });
    expect(user.UserAttributes).toContainEqual({ Name: 'email', Value: ADA.email });
    expect(user.UserCreateDate).toBeInstanceOf(Date);
    expect(Math.abs(Number(user.UserCreateDate) - cognito().now())).toBeLessThan(600_000);
  });

  test('are listed by pages and by one condition', async () => {
    const first = await cognito().sdk.send(new ListUsersCommand({ ...pool, Limit: 1 }));
    expect(first.Users).toHaveLength(1);
    const second = await cognito().sdk.send(
      new ListUsersCommand({ ...pool, Limit: 1, PaginationToken: first.PaginationToken }),
    );
    expect(second.PaginationToken).toBeUndefined();
    expect(second.Users?.[0]?.Username).not.toBe(first.Users?.[0]?.Username);
    const names = async (Filter: string) => {
      const { Users } = await cognito().sdk.send(new ListUsersCommand({ ...pool, Filter }));
      return Users?.map(({ Username }) => Username);
    };
    expect(await names(`email = "${SAM.email.toUpperCase()}"`)).toEqual([SAM.sub]);
    expect(await names('name ^= "Ada"')).toEqual([ADA.sub]);
    expect(await names('status = "Disabled"')).toEqual([]);
    await expect(names('name like "Ada"')).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  test('are created without a mail where asked, never twice', async () => {
    const create = new AdminCreateUserCommand({
      ...pool,
      Username: 'kim@example.com',
      MessageAction: 'SUPPRESS',
    });
    expect(await cognito().sdk.send(create)).toMatchObject({
      User: { UserStatus: 'FORCE_CHANGE_PASSWORD' },
    });
    expect(cognito().mails).toEqual([]);
    await expect(cognito().sdk.send(create)).rejects.toMatchObject({
      name: 'UsernameExistsException',
    });
  });

  test('who signed up can be confirmed by hand', async () => {
    const Username = 'lin@example.com';
    await cognito().sdk.send(
      new SignUpCommand({ ClientId: CLIENT_ID, Username, Password: PASSWORD }),
    );
    await cognito().sdk.send(new AdminConfirmSignUpCommand({ ...pool, Username }));
    await createPerson(cognito().endpoint, Username).session(PASSWORD);
  });

  test('an unknown user and an unknown pool are told plainly', async () => {
    const read = (UserPoolId: string, Username: string) =>
      cognito().sdk.send(new AdminGetUserCommand({ UserPoolId, Username }));
    await expect(read(POOL_ID, 'nobody@example.com')).rejects.toMatchObject({
      name: 'UserNotFoundException',
    });
    await expect(read('us-east-1_other', ADA.email)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'User pool us-east-1_other does not exist.',
    });
  });
});

describe('attributes', () => {
  test('a user changes name and address; the new address is theirs with its code', async () => {
    const person = createPerson(cognito().endpoint, ADA.email);
    await person.session(PASSWORD);
    const update = (Name: string, Value: string) =>
      person.call<string>((user, done) => user.updateAttributes([{ Name, Value }], done));
    await update('name', 'Ada King');
    await update('email', 'ada.king@example.com');
    expect(cognito().mails).toMatchObject([
      { email: 'ada.king@example.com', purpose: 'verify-email' },
    ]);
    const attributes = () =>
      person.call<object[]>((user, done) => {
        user.getUserAttributes(done);
      });
    expect(await attributes()).toMatchObject([
      { Name: 'sub', Value: ADA.sub },
      { Name: 'email_verified', Value: 'false' },
      { Name: 'email', Value: 'ada.king@example.com' },
      { Name: 'name', Value: 'Ada King' },
    ]);
    await person.ask<string>((user, callbacks) =>
      user.verifyAttribute('email', cognito().lastCode(), callbacks),
    );
    expect(await attributes()).toContainEqual({ Name: 'email_verified', Value: 'true' });
    await createPerson(cognito().endpoint, 'ada.king@example.com').session(PASSWORD);
    await expect(update('email', SAM.email)).rejects.toMatchObject({
      name: 'AliasExistsException',
    });
    await expect(update('email_verified', 'true')).rejects.toMatchObject({
      name: 'NotAuthorizedException',
    });
    await expect(update('sub', SAM.sub)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  });

  test('a user removes a name, never the address', async () => {
    const person = createPerson(cognito().endpoint, ADA.email);
    await person.session(PASSWORD);
    const remove = (name: string) =>
      person.call<string>((user, done) => user.deleteAttributes([name], done));
    await remove('name');
    await expect(remove('email')).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  test('an administrator may declare an address verified', async () => {
    await cognito().sdk.send(
      new AdminUpdateUserAttributesCommand({
        ...pool,
        Username: ADA.email,
        UserAttributes: [
          { Name: 'email', Value: 'countess@example.com' },
          { Name: 'email_verified', Value: 'true' },
        ],
      }),
    );
    const session = await createPerson(cognito().endpoint, 'countess@example.com').session(
      PASSWORD,
    );
    expect(session.getIdToken().payload).toMatchObject({ email_verified: true });
  });
});

test('an administrator is told what the pool and its app client are', async () => {
  const { UserPool } = await cognito().sdk.send(new DescribeUserPoolCommand(pool));
  expect(UserPool).toMatchObject({
    Id: POOL_ID,
    UsernameAttributes: ['email'],
    MfaConfiguration: 'OPTIONAL',
    Policies: { PasswordPolicy: { MinimumLength: 8, RequireSymbols: true } },
    EstimatedNumberOfUsers: 2,
  });
  const ids = { UserPoolId: POOL_ID, ClientId: CLIENT_ID };
  const client = await cognito().sdk.send(new DescribeUserPoolClientCommand(ids));
  expect(client.UserPoolClient).toMatchObject({
    ...ids,
    AccessTokenValidity: 3_600,
    TokenValidityUnits: { AccessToken: 'seconds' },
    PreventUserExistenceErrors: 'ENABLED',
  });
  const other = new DescribeUserPoolClientCommand({ ...ids, ClientId: 'another' });
  await expect(cognito().sdk.send(other)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('whoever may not administer may still sign in', async () => {
  const guarded = await startTestCognito({ mayAdminister: () => false });
  try {
    for (const call of ['ListUsers', 'AdminGetUser', 'AdminSetUserPassword']) {
      const { body } = await awsJson(guarded.endpoint, call, { ...pool, Username: ADA.email });
      expect(body).toMatchObject({ __type: 'AccessDeniedException' });
    }
    await createPerson(guarded.endpoint, ADA.email).session(PASSWORD);
  } finally {
    await guarded.stop();
  }
});
