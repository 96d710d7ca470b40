import { onEachDatabase } from '../../testing/each-database.ts';
import { scheduleStoreContract } from './schedule-store.contract.ts';

onEachDatabase(scheduleStoreContract);
