import { onEachDatabase } from '../testing/each-database.ts';
import { outboxContract } from './outbox.contract.ts';

onEachDatabase(outboxContract);
