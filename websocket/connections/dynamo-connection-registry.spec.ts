import { describe } from 'vitest';
import { startDynalite } from '../testing/running-dynamodb.ts';
import { describeConnectionRegistry } from './dynamo-connection-registry.contract.ts';

const dynalite = await startDynalite();

describe('DynamoConnectionRegistry', () => describeConnectionRegistry(dynalite));
