import { accessFaults } from './faults/access-faults.ts';
import { dataFaults } from './faults/data-faults.ts';
import { gatewayFaults } from './faults/gateway-faults.ts';
import { networkFaults } from './faults/network-faults.ts';
import { operationFaults } from './faults/operation-faults.ts';
import { programFaults } from './faults/program-faults.ts';
import { reportFaults } from './faults/report-faults.ts';
import { tracingFaults } from './faults/tracing-faults.ts';
import type { PlantedFault } from './faults/planting.ts';

/** Slips that somebody may make in a template; each is found by a rule of ours. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  ...networkFaults,
  ...dataFaults,
  ...gatewayFaults,
  ...programFaults,
  ...tracingFaults,
  ...accessFaults,
  ...operationFaults,
  ...reportFaults,
];
