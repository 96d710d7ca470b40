import { CfnIdentityPool, CfnIdentityPoolRoleAttachment } from 'aws-cdk-lib/aws-cognito';
import { Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { UserPool } from './user-pool.ts';
import { Stack } from 'aws-cdk-lib';

const GROUP_ROLES = ['customer', 'staff', 'admins'] as const;

/**
 * AWS credentials for people who have signed in. Each group has a role, and none of them grants anything: the page calls
 * our APIs alone. A feature that needs more gives its role that, and the check of the templates asks for the reason.
 */
export class IdentityPool extends Construct {
  readonly identityPoolId: string;

  constructor(scope: Construct, id: string, { pool, client }: UserPool) {
    super(scope, id);
    const identityPool = new CfnIdentityPool(this, 'Pool', {
      allowUnauthenticatedIdentities: false,
      allowClassicFlow: false,
      cognitoIdentityProviders: [
        {
          clientId: client.userPoolClientId,
          providerName: pool.userPoolProviderName,
          serverSideTokenCheck: true,
        },
      ],
    });
    this.identityPoolId = identityPool.ref;
    const roles = Object.fromEntries(
      GROUP_ROLES.map((group) => [group, this.#role(group, identityPool.ref)]),
    );
    new CfnIdentityPoolRoleAttachment(this, 'Roles', {
      identityPoolId: identityPool.ref,
      roles: { authenticated: roles['customer']?.roleArn },
      roleMappings: {
        pool: {
          type: 'Rules',
          identityProvider: `${pool.userPoolProviderName}:${client.userPoolClientId}`,
          // Who is in neither group is a customer; who is in both is an administrator.
          ambiguousRoleResolution: 'AuthenticatedRole',
          rulesConfiguration: {
            rules: ['admins', 'staff'].map((group) => ({
              claim: 'cognito:groups',
              matchType: 'Contains',
              value: group,
              roleArn: roles[group]?.roleArn ?? '',
            })),
          },
        },
      },
    });
  }

  #role(group: string, identityPoolId: string): Role {
    return new Role(this, `Role${group}`, {
      description: `Of ${group} of ${Stack.of(this).stackName}; grants nothing yet`,
      assumedBy: new WebIdentityPrincipal('cognito-identity.amazonaws.com', {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': identityPoolId },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
      }),
    });
  }
}
