import { onEachDatabase } from '../../testing/each-database.ts';
import { reportDefinitionsContract } from './report-definitions.contract.ts';

onEachDatabase(reportDefinitionsContract);
