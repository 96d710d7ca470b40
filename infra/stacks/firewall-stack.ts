import { Arn, ArnFormat } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
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
    const seen = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
      metricName,
      sampledRequestsEnabled: true,
      cloudWatchMetricsEnabled: true,
    });
    const acl = new CfnWebACL(this, 'Firewall', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: seen('Page'),
      rules: [
        {
          name: 'calls-per-address',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: CALLS_PER_ADDRESS, aggregateKeyType: 'IP' } },
          visibilityConfig: seen('PageCallsPerAddress'),
        },
        {
          name: 'known-bad-addresses',
          priority: 1,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name: 'AWSManagedRulesAmazonIpReputationList',
            },
          },
          visibilityConfig: seen('PageBadAddresses'),
        },
      ],
    });
    new CfnWebACLAssociation(this, 'FirewallOfPage', {
      webAclArn: acl.attrArn,
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
    });
  }
}
