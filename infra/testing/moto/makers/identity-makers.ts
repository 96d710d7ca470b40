import type { Makers } from '../maker.ts';

/** Who people are, and who may do what. */
export const identityMakers: Makers = {
  'AWS::Cognito::UserPool': async (p, { account }) => {
    const factors = p.list('EnabledMfas');
    const MfaConfiguration = p.take('MfaConfiguration');
    const made = await account.call('cognito', 'createUserPool', {
      PoolName: p.text('UserPoolName'),
      ...p.same('Schema', 'Policies', 'AdminCreateUserConfig', 'AutoVerifiedAttributes'),
      ...p.same('AccountRecoverySetting', 'DeletionProtection', 'UserPoolTier'),
      ...p.same('UsernameAttributes', 'UsernameConfiguration', 'UserAttributeUpdateSettings'),
      ...p.same('EmailVerificationMessage', 'EmailVerificationSubject', 'SmsVerificationMessage'),
      ...p.same('VerificationMessageTemplate'),
    });
    const UserPoolId = made.text('UserPool.Id');
    const SoftwareTokenMfaConfiguration = { Enabled: factors.includes('SOFTWARE_TOKEN_MFA') };
    const mfa = { UserPoolId, MfaConfiguration, SoftwareTokenMfaConfiguration };
    await account.call('cognito', 'setUserPoolMfaConfig', mfa);
    const ProviderName = `cognito-idp.${account.region}.amazonaws.com/${UserPoolId}`;
    return {
      ref: UserPoolId,
      attributes: {
        Arn: made.text('UserPool.Arn'),
        ProviderName,
        ProviderURL: `https://${ProviderName}`,
      },
    };
  },
  'AWS::Cognito::UserPoolClient': async (p, { account, name }) => {
    const input = {
      ClientName: name(128),
      ...p.same('UserPoolId', 'GenerateSecret', 'ExplicitAuthFlows', 'AuthSessionValidity'),
      ...p.same('AccessTokenValidity', 'IdTokenValidity', 'RefreshTokenValidity'),
      ...p.same('TokenValidityUnits', 'EnableTokenRevocation', 'PreventUserExistenceErrors'),
      ...p.same('SupportedIdentityProviders', 'AllowedOAuthFlowsUserPoolClient'),
    };
    const made = await account.call('cognito', 'createUserPoolClient', input);
    return { ref: made.text('UserPoolClient.ClientId') };
  },
  'AWS::Cognito::UserPoolGroup': async (p, { account }) => {
    const input = p.same('UserPoolId', 'GroupName', 'Description');
    return { ref: (await account.call('cognito', 'createGroup', input)).text('Group.GroupName') };
  },
  'AWS::Cognito::IdentityPool': async (p, { account, name }) => {
    const made = await account.call('cognito-identity', 'createIdentityPool', {
      IdentityPoolName: name(128),
      ...p.same('AllowUnauthenticatedIdentities', 'AllowClassicFlow', 'CognitoIdentityProviders'),
    });
    return { ref: made.text('IdentityPoolId') };
  },
  'AWS::IAM::Role': async (p, { account, name }) => {
    const RoleName = name(64);
    const policies = p.list('ManagedPolicyArns');
    const made = await account.call('iam', 'createRole', {
      RoleName,
      AssumeRolePolicyDocument: p.json('AssumeRolePolicyDocument'),
      ...p.same('Description', 'Tags'),
    });
    for (const PolicyArn of policies) {
      await account.call('iam', 'attachRolePolicy', { RoleName, PolicyArn });
    }
    return { ref: RoleName, attributes: { Arn: made.text('Role.Arn') } };
  },
  'AWS::IAM::Policy': async (p, { account, name }) => {
    const input = { PolicyName: p.text('PolicyName'), PolicyDocument: p.json('PolicyDocument') };
    for (const RoleName of p.list('Roles')) {
      await account.call('iam', 'putRolePolicy', { RoleName, ...input });
    }
    return { ref: name() };
  },
  'AWS::IAM::ManagedPolicy': async (p, { account, name }) => {
    const made = await account.call('iam', 'createPolicy', {
      PolicyName: name(128),
      ...p.same('Description', 'Path'),
      PolicyDocument: p.json('PolicyDocument'),
    });
    return { ref: made.text('Policy.Arn') };
  },
};
