import { onEachDatabase } from '../../testing/each-database.ts';
import { mailStoreContract } from './mail-store.contract.ts';

onEachDatabase(mailStoreContract);
