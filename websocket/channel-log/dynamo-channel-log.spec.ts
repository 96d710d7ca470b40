import { describe } from 'vitest';
import { startDynalite } from '../testing/running-dynamodb.ts';
import { describeDynamoChannelLog } from './dynamo-channel-log.contract.ts';

const dynalite = await startDynalite();

describe('DynamoChannelLog', () => describeDynamoChannelLog(dynalite));
