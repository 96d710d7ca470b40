import { onEachDatabase } from '../../testing/each-database.ts';
import { ordersBesideExportContract } from './orders-beside-export.contract.ts';

onEachDatabase(ordersBesideExportContract);
