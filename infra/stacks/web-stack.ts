import type { App } from 'aws-cdk-lib';
import { CfnDomain } from 'aws-cdk-lib/aws-amplify';
import { pageBranch } from '../constructs/page-app.ts';
import type { PageApp } from '../constructs/page-app.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { IdentityStack } from './identity-stack.ts';

/** The page: its branch, what it must know of the APIs, and its name. */
export class WebStack extends StageStack {
  constructor(
    app: App,
    settings: StageSettings,
    {
      identity,
      apiUrl,
      realtimeUrl,
    }: { identity: IdentityStack; apiUrl: string; realtimeUrl: string },
  ) {
    super(app, 'web', { settings, description: 'Ordercast: the page' });
    const { userPool, identityPool, page } = identity;
    // As `web/src` reads it at /config.json.
    const config = this.toJsonString({
      region: settings.region,
      userPoolId: userPool.pool.userPoolId,
      userPoolClientId: userPool.client.userPoolClientId,
      identityPoolId: identityPool.identityPoolId,
      cognitoEndpoint: `https://cognito-idp.${settings.region}.amazonaws.com`,
      apiUrl,
      realtimeUrl,
    });
    const branch = pageBranch(this, page, settings, { ORDERCAST_CONFIG: config });
    this.#name(page, settings, branch.attrBranchName);
    this.output('PageUrl', page.origin, 'Where people sign in');
    this.output('PageAppId', page.app.attrAppId, 'For a manual deployment of the page');
    this.output('PageBranch', page.branchName, 'For a manual deployment of the page');
    this.output('PageConfig', config, 'What /config.json holds');
  }

  #name(page: PageApp, { domain }: StageSettings, branchName: string): void {
    if (domain === undefined) return;
    const prefix = domain.page.slice(0, -`.${domain.zoneName}`.length);
    new CfnDomain(this, 'Domain', {
      appId: page.app.attrAppId,
      domainName: domain.zoneName,
      subDomainSettings: [{ branchName, prefix }],
    });
  }
}
