import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { explain } from './explain.ts';
import { DATABASE_PORT } from './network.ts';
import type { Network } from './network.ts';

/** Of the one database on the instance; `bootstrap` makes it, since RDS makes none for SQL Server. */
export const DATABASE_NAME = 'ordercast';
/** Left out of passwords: what quoting in T-SQL, sqlcmd or a URL could stumble over. */
export const EXCLUDED_CHARACTERS = '/@"\'\\`$(){}[]<>;&|^%#? ';
const PASSWORD_LENGTH = 40;
const GIB = 1024 ** 3;

const ENGINES = {
  ex: (version: rds.SqlServerEngineVersion) => rds.DatabaseInstanceEngine.sqlServerEx({ version }),
  web: (version: rds.SqlServerEngineVersion) =>
    rds.DatabaseInstanceEngine.sqlServerWeb({ version }),
  se: (version: rds.SqlServerEngineVersion) => rds.DatabaseInstanceEngine.sqlServerSe({ version }),
  ee: (version: rds.SqlServerEngineVersion) => rds.DatabaseInstanceEngine.sqlServerEe({ version }),
} as const;

/** Of each role one secret; its login is one of a pair that rotation alternates between. */
export type LoginRole = 'app' | 'migrator' | 'reports';

/** SQL Server on RDS, its master login's secret, and the secrets of the logins that programs use. */
export class SqlServerDatabase extends Construct {
  readonly instance: rds.DatabaseInstance;
  readonly master: Secret;
  readonly logins: Readonly<Record<LoginRole, Secret>>;
  readonly alarms: readonly AlarmSpec[];

  constructor(
    scope: Construct,
    id: string,
    { settings, network, key }: { settings: StageSettings; network: Network; key: Key },
  ) {
    super(scope, id);
    const { database, data } = settings;
    const engine = ENGINES[database.edition](
      rds.SqlServerEngineVersion.of(database.engineVersion, majorOf(database.engineVersion)),
    );
    this.master = new Secret(this, 'Master', {
      description: 'The master login of the database: for bootstrap and rotation alone',
      encryptionKey: key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: 'ordercast_master', ssl: true }),
        generateStringKey: 'password',
        passwordLength: PASSWORD_LENGTH,
        excludeCharacters: EXCLUDED_CHARACTERS,
      },
    });
    this.instance = new rds.DatabaseInstance(this, 'Instance', {
      engine,
      instanceType: new InstanceType(database.instanceClass.replace('db.', '')),
      vpc: network.vpc,
      subnetGroup: new rds.SubnetGroup(this, 'Subnets', {
        vpc: network.vpc,
        description: 'Isolated subnets of the database',
        vpcSubnets: { subnetGroupName: 'database' },
      }),
      securityGroups: [network.groups.database],
      publiclyAccessible: false,
      port: DATABASE_PORT,
      credentials: rds.Credentials.fromSecret(this.master),
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        description: 'TLS is forced',
        parameters: { 'rds.force_ssl': '1' },
      }),
      caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,
      licenseModel: rds.LicenseModel.LICENSE_INCLUDED,
      allocatedStorage: database.storageGib,
      maxAllocatedStorage: database.maxStorageGib,
      storageType: rds.StorageType.GP3,
      storageEncrypted: true,
      storageEncryptionKey: key,
      multiAz: database.multiAz,
      backupRetention: Duration.days(database.backupDays),
      preferredBackupWindow: '01:00-01:30',
      preferredMaintenanceWindow: 'sun:02:00-sun:03:00',
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: false,
      deletionProtection: data === 'keep',
      removalPolicy: data === 'keep' ? RemovalPolicy.RETAIN : RemovalPolicy.SNAPSHOT,
      cloudwatchLogsExports: database.edition === 'ex' ? ['error'] : ['error', 'agent'],
    });
    this.logins = {
      app: this.#login('App', 'app', key),
      migrator: this.#login('Migrator', 'migrator', key),
      reports: this.#login('Reports', 'reports', key),
    };
    this.#explain(settings);
    this.alarms = this.#symptoms(settings);
  }

  /** The password is rotation's to set at first: `bootstrap` makes the login with this one. */
  #login(id: string, role: LoginRole, key: Key): Secret {
    const { dbInstanceEndpointAddress: host } = this.instance;
    return new Secret(this, id, {
      description: `The login of ${role} in the database ${DATABASE_NAME}, one of a pair`,
      encryptionKey: key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({
          engine: 'sqlserver',
          host,
          port: DATABASE_PORT,
          username: `${DATABASE_NAME}_${role}`,
          dbname: DATABASE_NAME,
          ssl: true,
          masterarn: this.master.secretArn,
        }),
        generateStringKey: 'password',
        passwordLength: PASSWORD_LENGTH,
        excludeCharacters: EXCLUDED_CHARACTERS,
      },
    });
  }

  #explain({ database, data }: StageSettings): void {
    const { instance } = this;
    explain(
      instance,
      'RDS11',
      'a hidden port protects nobody; security groups and network lists do',
    );
    if (!database.multiAz) {
      explain(instance, 'RDS3', 'a stage that may be away for an hour; Express has no standby');
    }
    if (data === 'delete') {
      explain(instance, 'RDS10', 'a stage that is made and deleted at will; a snapshot stays');
    }
    for (const secret of [this.master, ...Object.values(this.logins)]) {
      explain(secret, 'SMG4', 'the rotation stack schedules it, after the services are there');
    }
  }

  #symptoms({ database }: StageSettings): AlarmSpec[] {
    const { instance } = this;
    return [
      {
        article: 'database-connections',
        metric: instance.metricDatabaseConnections({
          period: Duration.minutes(1),
          statistic: 'max',
        }),
        threshold: Math.floor(database.maxConnections * 0.8),
        periods: 5,
      },
      {
        article: 'database-storage',
        metric: instance.metricFreeStorageSpace({ period: Duration.minutes(5), statistic: 'min' }),
        // What storage autoscaling waits for is 10 %; when it is not enough, its most is reached.
        threshold: Math.floor(database.storageGib * GIB * 0.1),
        bad: 'below',
        periods: 3,
      },
      {
        article: 'database-cpu',
        metric: instance.metricCPUUtilization({ period: Duration.minutes(5) }),
        threshold: 90,
        periods: 3,
        noData: 'bad',
      },
    ];
  }
}

function majorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
