import { onEachDatabase } from '../testing/each-database.ts';
import { productStoreContract } from './product-store.contract.ts';

onEachDatabase(productStoreContract);
