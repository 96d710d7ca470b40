import { Arn, ArnFormat } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { firewall } from '../constructs/firewall.ts';
import type { PageApp } from '../constructs/page-app.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';

/** Amplify's apps take only firewalls that lie here, whatever their own Region. */
export const FIREWALL_REGION = 'us-east-1';
/** Files of one address in five minutes; a first visit takes about twenty. */
const CALLS_PER_ADDRESS = 2_000;

/** The firewall in front of the page. */
export class FirewallStack extends StageStack {
  constructor(app: App, settings: StageSettings, { page }: { page: PageApp }) {
    super(app, 'firewall', {
      settings,
      region: FIREWALL_REGION,
      description: 'Ordercast: the firewall of the page',
    });
    firewall(this, 'FirewallOfPage', {
      scope: 'CLOUDFRONT',
      name: 'Page',
      resourceArn: Arn.format(
        {
          service: 'amplify',
          region: settings.region,
          resource: 'apps',
          resourceName: page.app.attrAppId,
          arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        },
        this,
      ),
      callsPerAddress: CALLS_PER_ADDRESS,
      managed: [
        {
          set: 'AWSManagedRulesAmazonIpReputationList',
          name: 'known-bad-addresses',
          metric: 'PageBadAddresses',
        },
      ],
    });
  }
}
