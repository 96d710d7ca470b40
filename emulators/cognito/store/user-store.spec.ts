import { expect, test } from 'vitest';
import { noFiles, type RecordFiles } from './record-files.ts';
import { emailOf, type UserRecord } from './user-record.ts';
import { MOST_USERS, openUserStore } from './user-store.ts';

const user = (username: string, attributes: Record<string, string> = {}): UserRecord => ({
  format: 1,
  username,
  attributes: { email: `${username}@example.com`, ...attributes },
  status: 'CONFIRMED',
  enabled: true,
  groups: [],
  password: { salt: '00', verifier: '01' },
  createdAt: 0,
  modifiedAt: 0,
  codes: {},
  sessions: {},
});

const named = (name: string) => (before: UserRecord) => ({
  ...before,
  attributes: { ...before.attributes, name },
});
const moved = (email: string) => (before: UserRecord) => ({
  ...before,
  attributes: { ...before.attributes, email },
});

/** A disk whose writes end, in the order in which they were asked for, as the test says. */
function makeDisk() {
  const kept = new Map<string, string>();
  const writes: { finish: () => void; fail: () => void }[] = [];
  const write = (name: string, text: string | undefined) => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    writes.push({
      finish: () => {
        if (text === undefined) kept.delete(name);
        else kept.set(name, text);
        resolve(undefined);
      },
      fail: () => reject(new Error('no room')),
    });
    return promise;
  };
  const files: RecordFiles = {
    ...noFiles,
    readAll: () => Promise.resolve(new Map(kept)),
    write,
    remove: (name) => write(name, undefined),
  };
  /** One write ends and the next: what waited for the first goes on before the second. */
  const end = async (...ends: ('finish' | 'fail')[]) => {
    for (const how of ends) {
      writes.shift()?.[how]();
      await new Promise(setImmediate);
    }
  };
  return { files, kept, end };
}

/** Whether each promise was kept, when all are settled. */
const outcomes = async (...work: Promise<unknown>[]) =>
  (await Promise.allSettled(work)).map(({ status }) => status);

async function makeBed() {
  const disk = makeDisk();
  const users = await openUserStore(disk.files);
  const inserted = [users.insert(user('ada')), users.insert(user('sam'))];
  await disk.end('finish', 'finish');
  await Promise.all(inserted);
  /** What a start after this moment would find: the same as is found now. */
  const expectAsOnDisk = async () => {
    const reread = await openUserStore(disk.files);
    const byName = (all: readonly UserRecord[]) => all.map((one) => [one.username, one]).sort();
    expect(byName(users.list())).toEqual(byName(reread.list()));
    for (const one of reread.list()) expect(users.find(emailOf(one))).toEqual(one);
  };
  return { ...disk, users, expectAsOnDisk };
}

test.each([
  [['fail', 'fail'] as const, ['rejected', 'rejected'], undefined],
  [['finish', 'fail'] as const, ['fulfilled', 'rejected'], 'first'],
  // The second text holds the first change as well.
  [['fail', 'finish'] as const, ['fulfilled', 'fulfilled'], 'second'],
  [['finish', 'finish'] as const, ['fulfilled', 'fulfilled'], 'second'],
])(
  'of two changes of one user whose writes %s, nothing is believed but what is on the disk',
  async (ends, expected, name) => {
    const { users, end, expectAsOnDisk } = await makeBed();
    const changes = outcomes(
      users.update('ada', named('first')),
      users.update('ada', named('second')),
    );
    await end(...ends);
    expect(await changes).toEqual(expected);
    expect(users.find('ada')?.attributes['name']).toBe(name);
    await expectAsOnDisk();
    const next = users.update('ada', named('third'));
    await end('finish');
    expect((await next).attributes['name']).toBe('third');
    await expectAsOnDisk();
  },
);

test('a change, then the removal, of which neither is kept, leave the user as on the disk', async () => {
  const { users, end, expectAsOnDisk } = await makeBed();
  const work = outcomes(users.update('ada', named('first')), users.remove('ada'));
  expect(users.find('ada')).toBeUndefined();
  await end('fail', 'fail');
  expect(await work).toEqual(['rejected', 'rejected']);
  await expectAsOnDisk();
});

test('nobody takes an address that its holder gets back where a change or a removal is not kept', async () => {
  const { users, end, expectAsOnDisk } = await makeBed();
  const move = outcomes(users.update('ada', moved('new@example.com')));
  await expect(users.insert(user('eve', { email: 'ADA@example.com' }))).rejects.toMatchObject({
    name: 'AliasExistsException',
  });
  await end('fail');
  expect(await move).toEqual(['rejected']);
  await expectAsOnDisk();

  const removal = outcomes(users.remove('sam'));
  await expect(users.update('ada', moved('sam@example.com'))).rejects.toMatchObject({
    name: 'AliasExistsException',
  });
  await end('fail');
  expect(await removal).toEqual(['rejected']);
  await expectAsOnDisk();
});

test('an address is free as soon as it is given up on the disk', async () => {
  const { users, end, expectAsOnDisk } = await makeBed();
  const move = users.update('ada', moved('new@example.com'));
  await end('finish');
  await move;
  const insertion = users.insert(user('eve', { email: 'ada@example.com' }));
  await end('finish');
  await insertion;
  await expectAsOnDisk();
});

test('one more than there is room for is refused, and so is none that takes the place of another', async () => {
  const users = await openUserStore(noFiles);
  for (let count = 0; count < MOST_USERS; count += 1) await users.insert(user(`user-${count}`));
  await expect(users.insert(user('late'))).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'This user pool has as many users as it can hold.',
  });
  expect(users.find('late@example.com')).toBeUndefined();
  await users.remove('user-0');
  await users.insert(user('late'));
  expect(users.list()).toHaveLength(MOST_USERS);
});
