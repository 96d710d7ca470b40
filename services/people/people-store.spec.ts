import { onEachDatabase } from '../testing/each-database.ts';
import { peopleStoreContract } from './people-store.contract.ts';

onEachDatabase(peopleStoreContract);
