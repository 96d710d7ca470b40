import type { App } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { Cluster, ContainerInsights, Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Network } from '../constructs/network.ts';
import { Program } from '../constructs/program.ts';
import type { Platform } from '../constructs/program.ts';
import { DATABASE_NAME } from '../constructs/sql-server-database.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import { DATABASE_CA_FILE, migrationCommand } from '../constructs/image.ts';
import { grantKey, grantReadSecrets } from '../constructs/secret-access.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { DataStack } from './data-stack.ts';

/** The cluster, and the two tasks that make and change the database. */
export class MigrationsStack extends StageStack {
  readonly platform: Platform;

  constructor(
    app: App,
    settings: StageSettings,
    {
      network,
      data,
      repository,
      image,
    }: { network: Network; data: DataStack; repository: IRepository; image: string },
  ) {
    super(app, 'migrations', {
      settings,
      description: 'Ordercast: cluster, migration tasks',
    });
    const { database, key } = data;
    const cluster = new Cluster(this, 'Cluster', {
      clusterName: `ordercast-${settings.stage}`,
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });
    this.platform = { cluster, repository, image };
    const size = { cpu: 512, memoryMib: 1024 };
    const bootstrap = new Program(this, 'Bootstrap', {
      settings,
      platform: this.platform,
      size,
      command: [...migrationCommand('bootstrap'), ...LOGINS],
      environment: { DATABASE_CA_FILE, DATABASE_SECRET_ID: database.master.secretArn },
      // What the logins shall have as passwords; rotation changes them from then on.
      secrets: {
        APP_PASSWORD: this.#passwordOf('App', database.logins.app),
        MIGRATOR_PASSWORD: this.#passwordOf('Migrator', database.logins.migrator),
        REPORTS_PASSWORD: this.#passwordOf('Reports', database.logins.reports),
      },
    });
    grantKey(bootstrap.task.obtainExecutionRole(), key, ['kms:Decrypt']);
    grantReadSecrets(bootstrap.task.taskRole, key, database.master);
    const migrate = new Program(this, 'Migrate', {
      settings,
      platform: this.platform,
      size,
      // A deployment runs it with `plan`, and with `up --approved <hash>` of what that printed.
      command: migrationCommand('status'),
      environment: { DATABASE_CA_FILE, DATABASE_SECRET_ID: database.logins.migrator.secretArn },
    });
    grantReadSecrets(migrate.task.taskRole, key, database.logins.migrator);
    this.output('ClusterName', cluster.clusterName, 'Where tasks are run');
    this.output(
      'BootstrapTask',
      bootstrap.task.taskDefinitionArn,
      'Run once, and again after a restore',
    );
    this.output(
      'MigrateTask',
      migrate.task.taskDefinitionArn,
      'Run by a deployment, before the services',
    );
    this.output('TaskSecurityGroup', network.groups.tasks.securityGroupId, 'Of both tasks');
    this.output(
      'TaskSubnets',
      network.vpc.selectSubnets({ subnetGroupName: 'programs' }).subnetIds.join(','),
      'Of both tasks',
    );
  }

  /** Named by its ARN alone, so that the library writes nothing into the policy of another stack's key. */
  #passwordOf(id: string, secret: ISecret): EcsSecret {
    const named = Secret.fromSecretCompleteArn(this, `${id}Password`, secret.secretArn);
    return EcsSecret.fromSecretsManager(named, 'password');
  }
}

/** Of each role a pair, between whose logins rotation alternates. */
const LOGINS = (['migrator', 'app', 'reports'] as const).flatMap((role) => [
  '--login',
  `${DATABASE_NAME}_${role}=${role}:pair`,
]);
