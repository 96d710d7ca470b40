import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

interface FirewallProps {
  /** `CLOUDFRONT` for what Amplify serves, which must lie in us-east-1. */
  scope: 'REGIONAL' | 'CLOUDFRONT';
  /** Begins the names of its metrics. */
  name: string;
  /** What it stands in front of. */
  resourceArn: string;
  /** Of one address in five minutes. */
  callsPerAddress: number;
  /** The header that names the caller where all requests come from the same few addresses. */
  addressHeader?: string;
  /** What somebody who calls too often is answered with; 403 unless given. */
  refusal?: number;
  /** AWS's own sets of rules, in the order in which they are asked. */
  managed: readonly ManagedRules[];
}

interface ManagedRules {
  /** AWS's name of the set. */
  set: string;
  /** Ours; the set's own if left out. */
  name?: string;
  metric: string;
}

/** A firewall that lets everybody through but who calls too often, and what AWS's own rules know. */
export function firewall(
  scope: Construct,
  associationId: string,
  {
    scope: where,
    name,
    resourceArn,
    callsPerAddress,
    addressHeader,
    refusal,
    managed,
  }: FirewallProps,
): void {
  const acl = new CfnWebACL(scope, 'Firewall', {
    scope: where,
    defaultAction: { allow: {} },
    visibilityConfig: seenAs(name),
    rules: [
      {
        name: 'calls-per-address',
        priority: 0,
        action: {
          block: refusal === undefined ? {} : { customResponse: { responseCode: refusal } },
        },
        statement: {
          rateBasedStatement: {
            limit: callsPerAddress,
            ...(addressHeader === undefined
              ? { aggregateKeyType: 'IP' }
              : {
                  aggregateKeyType: 'FORWARDED_IP',
                  forwardedIpConfig: { headerName: addressHeader, fallbackBehavior: 'MATCH' },
                }),
          },
        },
        visibilityConfig: seenAs(`${name}CallsPerAddress`),
      },
      ...managed.map(({ set, name: own = set, metric }, index): CfnWebACL.RuleProperty => ({
        name: own,
        priority: index + 1,
        overrideAction: { none: {} },
        statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: set } },
        visibilityConfig: seenAs(metric),
      })),
    ],
  });
  new CfnWebACLAssociation(scope, associationId, { webAclArn: acl.attrArn, resourceArn });
}

function seenAs(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, sampledRequestsEnabled: true, cloudWatchMetricsEnabled: true };
}
