import { onEachDatabase } from '../../testing/each-database.ts';
import { runsContract } from './runs.contract.ts';

onEachDatabase(runsContract);
