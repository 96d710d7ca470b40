import type { RecordFiles } from './record-files.ts';
import { emailOf, userRecordSchema, type UserChange, type UserRecord } from './user-record.ts';
import { emailTaken, tooManyUsers, userNotFound } from '../protocol/cognito-error.ts';

/** The people of the pool: read from memory, changed on disk first of all who is told. */
export interface UserStore {
  /** By username (the sub) or by mail address, in any case of letters. */
  find(name: string): UserRecord | undefined;
  /**
   * Resolves when kept; throws AliasExistsException where the mail address is taken, and
   * LimitExceededException where there are {@link MOST_USERS}.
   */
  insert(user: UserRecord): Promise<void>;
  /**
   * Applies `change` to the user as it stands now; nothing comes in between, and what `change`
   * throws leaves the user alone. Resolves with the changed user when it is kept.
   */
  update(username: string, change: UserChange): Promise<UserRecord>;
  remove(username: string): Promise<void>;
  list(): readonly UserRecord[];
}

/** Changes of one user that are on their way to the disk. */
interface Underway {
  /** What the disk has of the user. */
  kept: UserRecord | undefined;
  /** The write of the latest change; it holds all that came before. */
  latest: Promise<void>;
  count: number;
}

/**
 * Cognito has room for 40,000,000 ("Quotas in Amazon Cognito"). This pool holds everybody in memory, and a
 * user who fills every attribute takes 35 KB of it.
 */
export const MOST_USERS = 10_000;

/**
 * Reads all users; a file that is not one of ours stops the start with its name. What is believed of a user
 * is ahead of the disk while a write is under way; where it fails, it is again what the disk has.
 */
export async function openUserStore(files: RecordFiles): Promise<UserStore> {
  const byUsername = new Map<string, UserRecord>();
  const byEmail = new Map<string, string>();
  const underway = new Map<string, Underway>();

  function believe(username: string, user: UserRecord | undefined): void {
    const before = byUsername.get(username);
    if (before !== undefined) byEmail.delete(emailKey(before));
    if (user === undefined) {
      byUsername.delete(username);
    } else {
      byUsername.set(username, user);
      byEmail.set(emailKey(user), username);
    }
  }

  /** An address that was given up is taken until that is on the disk: its holder may get it back. */
  function assertEmailFree(user: UserRecord): void {
    const key = emailKey(user);
    const isHeld = (byEmail.get(key) ?? user.username) !== user.username;
    const mayComeBack = [...underway.values()].some(
      ({ kept }) => kept !== undefined && kept.username !== user.username && emailKey(kept) === key,
    );
    if (isHeld || mayComeBack) throw emailTaken();
  }

  /** Believes a change and resolves when it is on the disk; undefined removes the user. */
  async function keep(username: string, user: UserRecord | undefined): Promise<void> {
    const changes = underway.get(username) ?? {
      kept: byUsername.get(username),
      latest: Promise.resolve(),
      count: 0,
    };
    underway.set(username, changes);
    believe(username, user);
    const text = user && JSON.stringify(user);
    const written = text === undefined ? files.remove(username) : files.write(username, text);
    changes.latest = written.then(() => void (changes.kept = user));
    changes.count += 1;
    try {
      await lastOf(changes);
    } catch (error) {
      // The first of those that fail together undoes them all; what is changed from then on is another matter.
      if (underway.get(username) === changes) {
        underway.delete(username);
        believe(username, changes.kept);
      }
      throw error;
    } finally {
      changes.count -= 1;
      if (changes.count === 0 && underway.get(username) === changes) underway.delete(username);
    }
  }

  for (const [name, text] of await files.readAll()) {
    const user = parseRecord(name, text);
    believe(user.username, user);
  }

  return {
    find(name) {
      const key = name.toLowerCase();
      return byUsername.get(byEmail.get(key) ?? key);
    },
    async insert(user) {
      assertEmailFree(user);
      if (byUsername.size >= MOST_USERS) throw tooManyUsers();
      await keep(user.username, user);
    },
    async update(username, change) {
      const user = byUsername.get(username);
      if (user === undefined) throw userNotFound();
      const changed = change(user);
      assertEmailFree(changed);
      await keep(username, changed);
      return changed;
    },
    async remove(username) {
      if (!byUsername.has(username)) throw userNotFound();
      await keep(username, undefined);
    },
    list: () => [...byUsername.values()],
  };
}

/** Resolves when the change that is the latest now, or one after it, is on the disk. */
async function lastOf(changes: Underway): Promise<void> {
  const { latest } = changes;
  try {
    await latest;
  } catch (error) {
    if (changes.latest === latest) throw error;
    await lastOf(changes);
  }
}

const emailKey = (user: UserRecord): string => emailOf(user).toLowerCase();

function parseRecord(name: string, text: string): UserRecord {
  try {
    return userRecordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`The Cognito data file users/${name}.json is not readable`, { cause: error });
  }
}
