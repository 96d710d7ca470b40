import type { App } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BroadcastQueue } from '../constructs/broadcast-queue.ts';
import { GatewaySecret } from '../constructs/gateway-secret.ts';
import { dataRemoval } from '../constructs/data-removal.ts';
import { LinkSecret } from '../constructs/link-secret.ts';
import type { Network } from '../constructs/network.ts';
import { RealtimeTables } from '../constructs/realtime-tables.ts';
import { SqlServerDatabase } from '../constructs/sql-server-database.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';

/** Everything that must outlive a deployment: database, secrets, tables, queue. */
export class DataStack extends StageStack {
  readonly key: Key;
  readonly database: SqlServerDatabase;
  readonly tables: RealtimeTables;
  readonly broadcasts: BroadcastQueue;
  readonly gatewaySecret: GatewaySecret;
  readonly linkSecret: LinkSecret;

  constructor(app: App, settings: StageSettings, { network }: { network: Network }) {
    super(app, 'data', { settings, description: 'Ordercast: database, secrets, tables, queues' });
    this.key = new Key(this, 'Key', {
      description: `Data and secrets of ordercast-${settings.stage}`,
      enableKeyRotation: true,
      removalPolicy: dataRemoval(settings),
    });
    this.database = new SqlServerDatabase(this, 'Database', { settings, network, key: this.key });
    this.tables = new RealtimeTables(this, 'Tables', settings);
    this.broadcasts = new BroadcastQueue(this, 'Broadcasts');
    this.gatewaySecret = new GatewaySecret(this, 'GatewaySecret', this.key);
    this.linkSecret = new LinkSecret(this, 'LinkSecret', this.key);
    this.output(
      'DatabaseAddress',
      this.database.instance.dbInstanceEndpointAddress,
      'Reached from inside the VPC alone',
    );
  }
}
