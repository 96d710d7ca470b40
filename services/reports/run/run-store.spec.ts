import { onEachDatabase } from '../../testing/each-database.ts';
import { runStoreContract } from './run-store.contract.ts';

onEachDatabase(runStoreContract);
