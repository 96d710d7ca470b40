import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import type { StageSettings } from '../settings/stage-settings.ts';

/** One stack of a stage, named `ordercast-<stage>-<name>`. */
export class StageStack extends Stack {
  readonly settings: StageSettings;

  constructor(
    app: App,
    name: string,
    {
      settings,
      description,
      region = settings.region,
    }: { settings: StageSettings; description: string; region?: string },
  ) {
    super(app, name, {
      stackName: `ordercast-${settings.stage}-${name}`,
      description,
      env: { region, ...(settings.account !== undefined && { account: settings.account }) },
      // A slip of the hand in the console must not take the data with it.
      terminationProtection: settings.data === 'keep',
      // CloudFormation hands them on to everything in the stack that takes tags.
      tags: { 'ordercast:stage': settings.stage },
    });
    this.settings = settings;
  }

  /**
   * Ids of zones. Without this the library asks the account for names of zones, or takes two where it cannot; see
   * `Network` for how the ids reach the subnets.
   */
  override get availabilityZones(): string[] {
    return [...this.settings.zoneIds];
  }

  /** Something that `npm run deploy` and people read; never a secret. */
  output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
