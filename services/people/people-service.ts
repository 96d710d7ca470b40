import type { Knex } from 'knex';
import { unauthorized, unavailable } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';
import { findPerson, keepPerson } from './people-store.ts';
import type { Person } from './person.ts';
import { RefusedByUserPool, UserPoolUnavailable } from './user-pool.ts';
import type { UserPool } from './user-pool.ts';

export interface PeopleService {
  /**
   * Who the caller is, from our table, or else asked of the user pool once and kept. A pool that
   * is down is a 503 problem, a token that it refuses a 401.
   */
  personOf: (caller: Caller) => Promise<Person>;
}

const RETRY_AFTER_SECONDS = 2;

/** Callers who ask at once for one person share one question to the user pool. */
export function createPeopleService(settings: {
  database: Knex;
  userPool: Pick<UserPool, 'personOf'>;
  /** Epoch ms. */
  clock: () => number;
}): PeopleService {
  const { database, userPool, clock } = settings;
  const asking = new Map<string, Promise<Person>>();

  const ask = async ({ sub, accessToken }: Caller): Promise<Person> => {
    const { name, email } = await userPool.personOf(accessToken);
    await keepPerson(database, { sub, name, email }, clock());
    return (await findPerson(database, sub)) ?? { sub, name, email };
  };

  return {
    personOf: async (caller) => {
      const known = await findPerson(database, caller.sub);
      if (known !== undefined) return known;
      const question = asking.get(caller.sub) ?? ask(caller);
      asking.set(caller.sub, question);
      try {
        return await question;
      } catch (error) {
        throw toProblem(error);
      } finally {
        asking.delete(caller.sub);
      }
    },
  };
}

function toProblem(error: unknown): unknown {
  if (error instanceof RefusedByUserPool) {
    return unauthorized('The sign-in has ended. Sign in again.', 'invalid_token');
  }
  if (error instanceof UserPoolUnavailable) {
    return unavailable('Names cannot be looked up now. Try again soon.', RETRY_AFTER_SECONDS);
  }
  return error;
}
