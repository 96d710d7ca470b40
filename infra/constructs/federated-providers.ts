import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';

/** Where people may sign in with an account that they have elsewhere, by OpenID Connect. */
export function federatedProviders(
  scope: Construct,
  pool: cognito.UserPool,
  federation: StageSettings['people']['federation'],
): cognito.UserPoolIdentityProviderOidc[] {
  return federation.map(({ name, issuer, clientSecret }) => {
    const secret = Secret.fromSecretNameV2(scope, `${name}Secret`, clientSecret);
    return new cognito.UserPoolIdentityProviderOidc(scope, name, {
      userPool: pool,
      name,
      issuerUrl: issuer,
      clientId: secret.secretValueFromJson('clientId').unsafeUnwrap(),
      clientSecret: secret.secretValueFromJson('clientSecret').unsafeUnwrap(),
      scopes: ['openid', 'email', 'profile'],
      attributeMapping: {
        email: cognito.ProviderAttribute.other('email'),
        fullname: cognito.ProviderAttribute.other('name'),
      },
    });
  });
}
