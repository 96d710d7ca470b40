import { Duration } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import type { AlarmSpec } from '../constructs/alarm-spec.ts';
import { BundledFunction } from '../constructs/bundled-function.ts';
import type { Network } from '../constructs/network.ts';
import type { OrderApi } from '../constructs/order-api.ts';
import { grantRotateSecrets } from '../constructs/secret-access.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { DataStack } from './data-stack.ts';

/** On Sundays, one after the other, since the pairs' rotations use the master login. */
const FIRST_HOUR = 3;

/** Passwords and the gateway's secret, changed every week while everything goes on. */
export class RotationStack extends StageStack {
  readonly alarms: readonly AlarmSpec[];

  constructor(
    app: App,
    settings: StageSettings,
    { network, data, orders }: { network: Network; data: DataStack; orders: OrderApi },
  ) {
    super(app, 'rotation', { settings, description: 'Ordercast: rotation of secrets' });
    const rotation = new BundledFunction(this, 'Rotation', {
      settings,
      bundle: 'rotation',
      handler: 'handler',
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'programs' },
      securityGroups: [network.groups.rotation],
      timeout: Duration.minutes(2),
      memoryMib: 512,
      environment: {
        DATABASE_CA_FILE: '/var/task/global-bundle.pem',
        GATEWAY_API_ID: orders.api.apiId,
        LOG_LEVEL: 'info',
      },
    });
    const { app: appLogin, migrator, reports } = data.database.logins;
    const secrets = {
      App: appLogin,
      Migrator: migrator,
      Reports: reports,
      Master: data.database.master,
      Gateway: data.gatewaySecret.secret,
      Links: data.linkSecret.secret,
    };
    rotation.grantInvoke(new ServicePrincipal('secretsmanager.amazonaws.com'));
    grantRotateSecrets(rotation, data.key, ...Object.values(secrets));
    rotation.role?.addManagedPolicy(orders.setSecret);
    Object.entries(secrets).forEach(([name, secret], index) => {
      const schedule = new CfnRotationSchedule(this, `Schedule${name}`, {
        secretId: secret.secretArn,
        rotationLambdaArn: rotation.functionArn,
        rotationRules: {
          scheduleExpression: `cron(0 ${FIRST_HOUR + index} ? * SUN *)`,
          duration: '1h',
        },
        // The programs start with what bootstrap set; the first change waits for its hour. Links have no key before their first.
        rotateImmediatelyOnUpdate: secret === data.linkSecret.secret,
      });
      schedule.node.addDependency(rotation);
    });
    const { errors, throttled } = rotation;
    this.alarms = [{ ...errors, article: 'rotation-failed', periods: 1, badPeriods: 1 }, throttled];
  }
}
