import { Duration } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import { explain } from './explain.ts';
import { dataRemoval } from './data-removal.ts';
import { firewall } from './firewall.ts';
import { federatedProviders } from './federated-providers.ts';

/** As the roles of `services/contract/role.ts` are told by `cognito:groups`. */
const GROUPS = [
  { name: 'staff', says: 'Works orders' },
  { name: 'admins', says: 'All that staff may, announcements and schedules' },
] as const;
/** How long a code or an invitation of an administrator is good for. */
const INVITATION = Duration.days(3);
/** What signing in, up and the like may ask from one address in five minutes. */
const CALLS_PER_ADDRESS = 500;

/** Who people are: the pool, its one client (the page), the groups, and the hosted sign-in where the stage has one. */
export class UserPool extends Construct {
  readonly pool: cognito.UserPool;
  readonly client: cognito.UserPoolClient;

  constructor(
    scope: Construct,
    id: string,
    { settings, pageUrl }: { settings: StageSettings; pageUrl: string },
  ) {
    super(scope, id);
    const { people } = settings;
    this.pool = new cognito.UserPool(this, 'Pool', {
      userPoolName: `ordercast-${settings.stage}`,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      selfSignUpEnabled: true,
      userVerification: { emailStyle: cognito.VerificationEmailStyle.CODE },
      standardAttributes: {
        email: { required: true, mutable: true },
        fullname: { required: true, mutable: true },
      },
      autoVerify: { email: true },
      // The new address must be proved before it replaces the one that codes go to.
      keepOriginal: { email: true },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: INVITATION,
      },
      mfa: people.secondFactor === 'required' ? cognito.Mfa.REQUIRED : cognito.Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      featurePlan: people.threatProtection
        ? cognito.FeaturePlan.PLUS
        : cognito.FeaturePlan.ESSENTIALS,
      ...(people.threatProtection && {
        standardThreatProtectionMode: cognito.StandardThreatProtectionMode.FULL_FUNCTION,
      }),
      ...(people.mailFrom !== undefined && {
        email: cognito.UserPoolEmail.withSES({
          fromEmail: people.mailFrom,
          fromName: 'Ordercast',
          sesRegion: settings.region,
        }),
      }),
      deletionProtection: settings.data === 'keep',
      removalPolicy: dataRemoval(settings),
    });
    for (const { name, says } of GROUPS) {
      this.pool.addGroup(`Group${name}`, { groupName: name, description: says });
    }
    if (people.secondFactor === 'optional') {
      explain(this.pool, 'COG2', 'customers choose; whoever wants a second factor has TOTP');
    }
    if (!people.threatProtection) {
      explain(
        this.pool,
        'COG8',
        'the Plus plan is priced by active user: not for a stage of tests',
      );
    }
    const providers = federatedProviders(this, this.pool, people.federation);
    this.client = this.#pageClient(settings, pageUrl, providers);
    this.#firewall();
  }

  #pageClient(
    { people }: StageSettings,
    pageUrl: string,
    providers: readonly cognito.UserPoolIdentityProviderOidc[],
  ): cognito.UserPoolClient {
    const hosted = people.hostedUi;
    if (hosted !== undefined) {
      this.pool.addDomain('HostedUi', { cognitoDomain: { domainPrefix: hosted.prefix } });
    }
    const client = this.pool.addClient('Page', {
      // A browser keeps no secret.
      generateSecret: false,
      authFlows: { userSrp: true },
      // An unknown address is answered as a wrong password is.
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
      authSessionValidity: Duration.minutes(3),
      // No rotation of refresh tokens: amazon-cognito-identity-js would keep the old one (docs/threat-model.md).
      supportedIdentityProviders: [
        cognito.UserPoolClientIdentityProvider.COGNITO,
        ...people.federation.map(({ name }) => cognito.UserPoolClientIdentityProvider.custom(name)),
      ],
      ...(hosted === undefined
        ? { disableOAuth: true }
        : {
            oAuth: {
              // With PKCE, which the page asks for; never the implicit grant, which puts tokens in a URL.
              flows: { authorizationCodeGrant: true },
              scopes: [
                cognito.OAuthScope.OPENID,
                cognito.OAuthScope.EMAIL,
                cognito.OAuthScope.COGNITO_ADMIN,
              ],
              callbackUrls: [`${pageUrl}/`],
              logoutUrls: [`${pageUrl}/`],
            },
          }),
    });
    for (const provider of providers) client.node.addDependency(provider);
    return client;
  }

  /** Sign-in and sign-up never reach our programs: what limits a caller there is this. */
  #firewall(): void {
    firewall(this, 'FirewallOfPool', {
      scope: 'REGIONAL',
      name: 'UserPool',
      resourceArn: this.pool.userPoolArn,
      callsPerAddress: CALLS_PER_ADDRESS,
      refusal: 429,
      managed: [
        {
          set: 'AWSManagedRulesAmazonIpReputationList',
          name: 'known-bad-addresses',
          metric: 'UserPoolBadAddresses',
        },
      ],
    });
  }
}
