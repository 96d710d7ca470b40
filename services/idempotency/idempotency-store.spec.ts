import { onEachDatabase } from '../testing/each-database.ts';
import { idempotencyStoreContract } from './idempotency-store.contract.ts';

onEachDatabase(idempotencyStoreContract);
