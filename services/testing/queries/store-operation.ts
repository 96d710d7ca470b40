import type { Knex } from 'knex';
import type { Fault } from './serve-query.ts';

/** What a store does when it is asked for something, and how its queries are to be judged. */
export interface StoreOperation {
  /** Who wants what. */
  purpose: string;
  /** The exported function that asks the database for it. */
  name: string;
  run: (db: Knex) => Promise<void>;
  /** Faults that are wanted so, each by the index that is read and with its reason. */
  deliberate: readonly { index: string; faults: readonly Fault[]; because: string }[];
  /** The index that the text is made for, where statistics may choose another one. */
  madeFor?: string;
  /** It pages by key: a page costs the same however deep it lies. */
  isLaterPage?: boolean;
  /** It has no text for the other database. */
  only?: 'SQL Server';
  /** How many rows SQL Server says that a statement has written; 1 unless given. */
  writtenRows?: number;
}

type Traits = Partial<Omit<StoreOperation, 'purpose' | 'name' | 'run'>>;

/** An operation that calls an exported function of a store with a database and these arguments. */
export function operation<Arguments extends readonly unknown[]>(
  purpose: string,
  asks: (db: Knex, ...values: Arguments) => unknown,
  values: Arguments,
  traits: Traits = {},
): StoreOperation {
  const run = async (db: Knex): Promise<void> => {
    await asks(db, ...values);
  };
  return { purpose, name: asks.name, run, deliberate: [], ...traits };
}
