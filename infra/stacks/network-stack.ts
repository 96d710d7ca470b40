import type { App } from 'aws-cdk-lib';
import { Network } from '../constructs/network.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';

/** The VPC, its subnets, and who may talk to whom in it. */
export class NetworkStack extends StageStack {
  readonly network: Network;

  constructor(app: App, settings: StageSettings) {
    super(app, 'network', { settings, description: 'Ordercast: VPC, subnets, security groups' });
    this.network = new Network(this, 'Network', settings);
  }
}
