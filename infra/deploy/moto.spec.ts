import {
  AdminListGroupsForUserCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  CreateUserPoolCommand,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasMoto, startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { emptyBucket } from './empty-bucket.ts';
import { People } from './people.ts';

/** A second stand-in, that nobody here wrote, beside the emulator and the scripted server of the other specs. */
describe.skipIf(!hasMoto())('on moto (skipped where moto_server is not installed)', () => {
  let moto: Awaited<ReturnType<typeof startMotoServer>>;
  let settings: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  beforeAll(async () => {
    moto = await startMotoServer();
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    settings = { endpoint: moto.endpoint, region: 'us-east-1', credentials };
  });
  afterAll(() => moto.close());

  it('makes the first administrator once, and leaves somebody who is there as they are', async () => {
    const cognito = new CognitoIdentityProviderClient(settings);
    const { UserPool } = await cognito.send(
      new CreateUserPoolCommand({ PoolName: 'people', UsernameAttributes: ['email'] }),
    );
    const pool = { UserPoolId: UserPool?.Id ?? '' };
    await cognito.send(new CreateGroupCommand({ ...pool, GroupName: 'admins' }));
    const people = new People(cognito, pool.UserPoolId);
    const alex = { email: 'alex@example.org', name: 'alex', invited: true };

    expect(await people.hasMember('admins')).toBe(false);
    expect(await people.make(alex)).toBe(true);
    expect(await people.make(alex)).toBe(false);
    await people.addTo('admins', alex.email);
    await people.addTo('admins', alex.email);

    expect(await people.hasMember('admins')).toBe(true);
    const { Users = [] } = await cognito.send(new ListUsersCommand(pool));
    expect(Users.map(({ UserStatus, Enabled }) => [UserStatus, Enabled])).toEqual([
      ['FORCE_CHANGE_PASSWORD', true],
    ]);
    const of = { ...pool, Username: alex.email };
    const { Groups = [] } = await cognito.send(new AdminListGroupsForUserCommand(of));
    expect(Groups.map(({ GroupName }) => GroupName)).toEqual(['admins']);
  });

  it('lets somebody in for a smoke test, and nobody after it', async () => {
    const cognito = new CognitoIdentityProviderClient(settings);
    const { UserPool } = await cognito.send(new CreateUserPoolCommand({ PoolName: 'smoke' }));
    const people = new People(cognito, UserPool?.Id ?? '');
    const email = 'smoke-staff@ordercast.invalid';
    await people.make({ email, name: 'Smoke test', invited: false });

    await people.enable(email, 'Aa1-0123456789abcdef');
    await people.disable(email);

    const { Users = [] } = await cognito.send(new ListUsersCommand({ UserPoolId: UserPool?.Id }));
    expect(Users.map(({ UserStatus, Enabled }) => [UserStatus, Enabled])).toEqual([
      ['CONFIRMED', false],
    ]);
  });

  it('empties a bucket of every version and every mark of a deletion', async () => {
    const s3 = new S3Client({ ...settings, forcePathStyle: true });
    const Bucket = 'logs';
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    for (const Body of ['first', 'second'])
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/ä', Body }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a b/ä' }));

    await emptyBucket(s3, Bucket);

    const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect([Versions, DeleteMarkers]).toEqual([undefined, undefined]);
    await emptyBucket(s3, 'never-made');
  });
});
