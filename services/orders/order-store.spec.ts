import { onEachDatabase } from '../testing/each-database.ts';
import { orderStoreContract } from './order-store.contract.ts';

onEachDatabase(orderStoreContract);
