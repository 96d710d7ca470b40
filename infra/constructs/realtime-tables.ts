import {
  AttributeType,
  Billing,
  Operation,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { TablePropsV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Duration } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { dataRemoval } from './data-removal.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });
const number = (name: string) => ({ name, type: AttributeType.NUMBER });

/** The tables of the realtime core; their keys are those of `websocket/connections/realtime-tables.ts`. */
export class RealtimeTables extends Construct {
  /** Begins the tables' names: `TABLE_PREFIX`. */
  readonly prefix: string;
  readonly connections: TableV2;
  readonly subscriptions: TableV2;
  readonly channelLog: TableV2;

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    this.prefix = `ordercast-${settings.stage}-`;
    const table = (
      tableId: string,
      name: string,
      keys: Pick<TablePropsV2, 'partitionKey' | 'sortKey'>,
    ) =>
      new TableV2(this, tableId, {
        ...keys,
        tableName: `${this.prefix}${name}`,
        billing: Billing.onDemand(),
        encryption: TableEncryptionV2.awsManagedKey(),
        timeToLiveAttribute: 'ttl',
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: settings.data === 'keep',
        removalPolicy: dataRemoval(settings),
      });
    this.connections = table('Connections', 'connections', { partitionKey: text('connectionId') });
    this.subscriptions = table('Subscriptions', 'subscriptions', {
      partitionKey: text('channelShard'),
      sortKey: text('connectionId'),
    });
    this.channelLog = table('ChannelLog', 'channel-log', {
      partitionKey: text('channel'),
      sortKey: number('from'),
    });
  }

  /** The calls that the realtime core makes, and no other. */
  grantUse(who: IGrantable, calls: readonly TableCall[]): void {
    for (const table of [this.connections, this.subscriptions, this.channelLog]) {
      table.grant(who, ...calls.map((call) => `dynamodb:${call}`));
    }
  }

  get alarms(): AlarmSpec[] {
    const tables = Object.entries({
      connections: this.connections,
      subscriptions: this.subscriptions,
      'channel-log': this.channelLog,
    });
    return tables.map(([of, table]) => ({
      article: 'table-throttled',
      of,
      metric: table.metricThrottledRequestsForOperations({
        operations: [
          Operation.GET_ITEM,
          Operation.PUT_ITEM,
          Operation.UPDATE_ITEM,
          Operation.DELETE_ITEM,
          Operation.QUERY,
          Operation.SCAN,
        ],
        period: Duration.minutes(1),
      }),
      threshold: 10,
      periods: 5,
    }));
  }
}

export type TableCall = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query' | 'Scan';
