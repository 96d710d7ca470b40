import { onEachDatabase } from '../testing/each-database.ts';
import { announcementStoreContract } from './announcement-store.contract.ts';

onEachDatabase(announcementStoreContract);
