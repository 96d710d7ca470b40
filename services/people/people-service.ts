import type { Knex } from 'knex';
import { unauthorized, unavailable } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';
import { findPerson, keepPerson, keptName, updatePerson } from './people-store.ts';
import type { Person } from './person.ts';
import { RefusedByUserPool, UserPoolUnavailable } from './user-pool.ts';
import type { UserPool } from './user-pool.ts';

export interface PeopleService {
  /**
   * Who the caller is, from our table, which follows the user pool at each sign-in. A token that the
   * pool refuses is a 401 problem; a pool that is down a 503, for whoever is not known yet.
   */
  personOf: (caller: Caller) => Promise<Person>;
}

const RETRY_AFTER_SECONDS = 2;
/** Whose sign-ins are remembered as asked about; who is forgotten is asked about once more. */
const MOST_REMEMBERED = 10_000;

/**
 * The pool is asked once a sign-in by each process, which needs no column for it: the answer is of
 * now, whichever token asked. Callers who ask at once for one person share one question.
 */
export function createPeopleService(settings: {
  database: Knex;
  userPool: Pick<UserPool, 'personOf'>;
  /** Epoch ms. */
  clock: () => number;
}): PeopleService {
  const { database, userPool, clock } = settings;
  const asking = new Map<string, Promise<Person>>();
  /** Latest sign-in that was asked about, epoch seconds, by sub. */
  const askedAbout = new Map<string, number>();

  const remember = ({ sub, signedInAt }: Caller): void => {
    askedAbout.delete(sub);
    askedAbout.set(sub, signedInAt);
    for (const oldest of askedAbout.keys()) {
      if (askedAbout.size <= MOST_REMEMBERED) break;
      askedAbout.delete(oldest);
    }
  };

  const ask = async (caller: Caller, known: Person | undefined): Promise<Person> => {
    const { sub, accessToken } = caller;
    try {
      const { name, email } = await userPool.personOf(accessToken);
      const person = { sub, name, email };
      if (known === undefined) await keepPerson(database, person, clock());
      else if (differs(known, person)) await updatePerson(database, person, clock());
      remember(caller);
      return (await findPerson(database, sub)) ?? person;
    } catch (error) {
      if (known === undefined || !(error instanceof UserPoolUnavailable)) throw error;
      // Who is known need not wait for a pool that is down: the next sign-in asks again.
      remember(caller);
      return known;
    }
  };

  return {
    personOf: async (caller) => {
      const { sub, signedInAt } = caller;
      const known = await findPerson(database, sub);
      if (known !== undefined && signedInAt <= (askedAbout.get(sub) ?? -1)) return known;
      const question = asking.get(sub) ?? ask(caller, known);
      asking.set(sub, question);
      try {
        return await question;
      } catch (error) {
        throw toProblem(error);
      } finally {
        asking.delete(sub);
      }
    },
  };
}

/** Whether the pool says something else than we keep; no address is none that could be kept. */
const differs = (known: Person, { name, email }: Person): boolean =>
  known.name !== keptName(name) || (email !== '' && known.email !== email);

function toProblem(error: unknown): unknown {
  if (error instanceof RefusedByUserPool) {
    return unauthorized('The sign-in has ended. Sign in again.', 'invalid_token');
  }
  if (error instanceof UserPoolUnavailable) {
    return unavailable('Names cannot be looked up now. Try again soon.', RETRY_AFTER_SECONDS);
  }
  return error;
}
