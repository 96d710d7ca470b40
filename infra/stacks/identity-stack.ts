import type { App } from 'aws-cdk-lib';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { IdentityPool } from '../constructs/identity-pool.ts';
import { PageApp, deployPagePolicy } from '../constructs/page-app.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import { UserPool } from '../constructs/user-pool.ts';
import type { StageSettings } from '../settings/stage-settings.ts';

/** What the programs must know of a pool to check its tokens. */
export interface TokenIssuer {
  /** `COGNITO_ISSUER`: the exact `iss` of the pool's tokens. */
  issuer: string;
  /** `COGNITO_CLIENT_ID` */
  clientId: string;
}

/** Who people are, and what a browser may do on AWS by itself (nothing). */
export class IdentityStack extends StageStack {
  /** Where people sign in; its address is part of the pool's client. */
  readonly page: PageApp;
  readonly userPool: UserPool;
  readonly identityPool: IdentityPool;
  readonly tokens: TokenIssuer;
  /** Of the role that workflows deploy with, where the stage has one. */
  readonly deployPage: ManagedPolicy | undefined;

  constructor(app: App, settings: StageSettings) {
    super(app, 'identity', { settings, description: 'Ordercast: user pool, identity pool' });
    this.page = new PageApp(this, 'Page', settings);
    this.userPool = new UserPool(this, 'People', {
      settings,
      pageUrl: this.page.origin,
    });
    this.deployPage =
      settings.pipeline === undefined ? undefined : deployPagePolicy(this, this.page);
    this.identityPool = new IdentityPool(this, 'Credentials', this.userPool);
    const { pool, client } = this.userPool;
    this.tokens = { issuer: pool.userPoolProviderUrl, clientId: client.userPoolClientId };
    this.output(
      'UserPoolId',
      pool.userPoolId,
      'For /config.json, and to make the first administrator',
    );
    this.output('UserPoolClientId', client.userPoolClientId, 'For /config.json');
    this.output('IdentityPoolId', this.identityPool.identityPoolId, 'For /config.json');
  }
}
