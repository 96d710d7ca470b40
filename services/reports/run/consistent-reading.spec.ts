import { onEachDatabase } from '../../testing/each-database.ts';
import { consistentReadingContract } from './consistent-reading.contract.ts';

onEachDatabase(consistentReadingContract);
