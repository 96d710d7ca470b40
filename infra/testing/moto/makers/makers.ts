import type { Makers } from '../maker.ts';
import { dataMakers } from './data-makers.ts';
import { gatewayMakers } from './gateway-makers.ts';
import { identityMakers } from './identity-makers.ts';
import { networkMakers } from './network-makers.ts';
import { operationMakers } from './operation-makers.ts';
import { programMakers } from './program-makers.ts';
import { reportMakers } from './report-makers.ts';

/** How each type of resource is made that moto can make. */
export const MAKERS: Makers = {
  ...networkMakers,
  ...dataMakers,
  ...identityMakers,
  ...programMakers,
  ...gatewayMakers,
  ...operationMakers,
  ...reportMakers,
};
