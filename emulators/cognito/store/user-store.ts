import type { RecordFiles } from './record-files.ts';
import { emailOf, userRecordSchema, type UserChange, type UserRecord } from './user-record.ts';
import { emailTaken, userNotFound } from '../protocol/cognito-error.ts';

/** The people of the pool: read from memory, changed on disk first of all who is told. */
export interface UserStore {
  /** By username (the sub) or by mail address, in any case of letters. */
  find(name: string): UserRecord | undefined;
  /** Resolves when kept; throws AliasExistsException where the mail address is taken. */
  insert(user: UserRecord): Promise<void>;
  /**
   * Applies `change` to the user as it stands now; nothing comes in between, and what `change`
   * throws leaves the user alone. Resolves with the changed user when it is kept.
   */
  update(username: string, change: UserChange): Promise<UserRecord>;
  remove(username: string): Promise<void>;
  list(): readonly UserRecord[];
}

/** Reads all users; a file that is not one of ours stops the start with its name. */
export async function openUserStore(files: RecordFiles): Promise<UserStore> {
  const byUsername = new Map<string, UserRecord>();
  const byEmail = new Map<string, string>();

  function hold(user: UserRecord): void {
    const before = byUsername.get(user.username);
    if (before !== undefined) byEmail.delete(emailKey(before));
    byUsername.set(user.username, user);
    byEmail.set(emailKey(user), user.username);
  }

  function drop(user: UserRecord): void {
    byUsername.delete(user.username);
    byEmail.delete(emailKey(user));
  }

  function assertEmailFree(user: UserRecord): void {
    const holder = byEmail.get(emailKey(user));
    if (holder !== undefined && holder !== user.username) throw emailTaken();
  }

  for (const [name, text] of await files.readAll()) hold(parseRecord(name, text));

  return {
    find(name) {
      const key = name.toLowerCase();
      return byUsername.get(byEmail.get(key) ?? key);
    },
    async insert(user) {
      assertEmailFree(user);
      hold(user);
      try {
        await files.write(user.username, JSON.stringify(user));
      } catch (error) {
        drop(user);
        throw error;
      }
    },
    async update(username, change) {
      const user = byUsername.get(username);
      if (user === undefined) throw userNotFound();
      const changed = change(user);
      assertEmailFree(changed);
      hold(changed);
      try {
        await files.write(username, JSON.stringify(changed));
      } catch (error) {
        // Whoever is told that it failed finds it as it was, unless somebody has changed it further.
        if (byUsername.get(username) === changed) hold(user);
        throw error;
      }
      return changed;
    },
    async remove(username) {
      const user = byUsername.get(username);
      if (user === undefined) throw userNotFound();
      drop(user);
      try {
        await files.remove(username);
      } catch (error) {
        hold(user);
        throw error;
      }
    },
    list: () => [...byUsername.values()],
  };
}

const emailKey = (user: UserRecord): string => emailOf(user).toLowerCase();

function parseRecord(name: string, text: string): UserRecord {
  try {
    return userRecordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`The Cognito data file users/${name}.json is not readable`, { cause: error });
  }
}
