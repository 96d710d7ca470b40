import { at, jsonOf, listAt, resolved, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { Found, JudgedStage, Rule } from './judged-stage.ts';

/** `websocket/connections/realtime-tables.ts`; a spec compares the two. */
export const TABLE_KEYS: Readonly<Record<string, Readonly<Record<string, 'S' | 'N'>>>> = {
  connections: { connectionId: 'S' },
  subscriptions: { channelShard: 'S', connectionId: 'S' },
  'channel-log': { channel: 'S', from: 'N' },
};
/** RDS user guide, Multi-AZ deployments for SQL Server: Express and Web have none. */
const WITHOUT_STANDBY = ['sqlserver-ex', 'sqlserver-web'];

const databases = (stage: JudgedStage) => resourcesOf(stage, 'AWS::RDS::DBInstance');
const secrets = (stage: JudgedStage) => resourcesOf(stage, 'AWS::SecretsManager::Secret');

function is(found: Found, name: string, expected: unknown): string[] {
  const value = found.properties[name];
  return unless(value === expected, found, `${name} is ${textOf(value)}, not ${textOf(expected)}`);
}

export const dataRules: readonly Rule[] = [
  {
    name: 'the database is closed, encrypted, backed up, and stays as it is',
    find: (stage) =>
      databases(stage).flatMap((found) => [
        ...is(found, 'PubliclyAccessible', false),
        ...is(found, 'StorageEncrypted', true),
        ...is(found, 'AutoMinorVersionUpgrade', false),
        ...is(found, 'CopyTagsToSnapshot', true),
        ...unless(Number(found.properties['BackupRetentionPeriod']) >= 1, found, 'has no backups'),
        ...unless(
          found.properties['DeletionProtection'] === true || stage.settings.data === 'delete',
          found,
          'can be deleted by one call',
        ),
        ...unless(
          /^\d{2}\.00\.\d{4}\.\d{1,3}\.v\d$/.test(textOf(found.properties['EngineVersion'])),
          found,
          'names no full version',
        ),
      ]),
  },
  {
    name: 'the database is one that RDS can make',
    find: (stage) =>
      databases(stage).flatMap((found) => {
        const engine = textOf(found.properties['Engine']);
        const hasStandby = found.properties['MultiAZ'] === true;
        return [
          ...unless(
            !(hasStandby && WITHOUT_STANDBY.includes(engine)),
            found,
            `${engine} has no Multi-AZ`,
          ),
          ...unless(
            found.properties['DBName'] === undefined,
            found,
            'has a DBName: for SQL Server RDS makes no database',
          ),
          ...unless(
            found.properties['LicenseModel'] === 'license-included',
            found,
            'has another licence than RDS sells',
          ),
        ];
      }),
  },
  {
    name: 'TLS is forced, by a parameter group of the right family',
    find: (stage) => {
      const groups = resourcesOf(stage, 'AWS::RDS::DBParameterGroup');
      return databases(stage).flatMap((found) => {
        const [major = ''] = /^\d+\.\d/.exec(
          textOf(found.properties['EngineVersion']).replace('.00', '.0'),
        ) ?? [''];
        const family = `${textOf(found.properties['Engine'])}-${major}`;
        const name = textOf(resolved(stage, found.stack, found.properties['DBParameterGroupName']));
        const group = groups.find(({ stack, id }) => name === `${stack}/${id}`);
        return [
          ...unless(
            group?.properties['Family'] === family,
            found,
            `its parameters are not of ${family}`,
          ),
          ...unless(
            textOf(at(group?.properties, 'Parameters', 'rds.force_ssl')) === '1',
            found,
            'takes connections without TLS',
          ),
        ];
      });
    },
  },
  {
    name: "each login's secret says what rotation and programs need, and its password needs no quoting",
    find: (stage) =>
      secrets(stage).flatMap((found) => {
        const rules = found.properties['GenerateSecretString'];
        const excluded = textOf(at(rules, 'ExcludeCharacters') ?? '');
        if (at(rules, 'GenerateStringKey') !== 'password') return [];
        const template = jsonOf(
          textOf(resolved(stage, found.stack, at(rules, 'SecretStringTemplate'))),
        );
        const isMaster = at(template, 'masterarn') === undefined;
        return [
          ...unless(template !== undefined, found, 'its template is no JSON'),
          ...unless(at(template, 'ssl') === true, found, 'does not say "ssl": true'),
          ...unless(
            isMaster || textOf(at(template, 'masterarn')).startsWith('data/DatabaseMaster'),
            found,
            'names no master to rotate it with',
          ),
          ...unless(
            isMaster ||
              ['engine', 'host', 'port', 'username', 'dbname'].every(
                (key) => at(template, key) !== undefined,
              ),
            found,
            'is not of the shape that RDS gives secrets',
          ),
          ...unless(
            ['"', "'", '\\', '/', '@', '$', ']'].every((character) => excluded.includes(character)),
            found,
            'may have characters that need quoting',
          ),
        ];
      }),
  },
  {
    name: 'every secret is rotated',
    find: (stage) => {
      const rotated = resourcesOf(stage, 'AWS::SecretsManager::RotationSchedule').map(
        ({ stack, properties }) => textOf(resolved(stage, stack, properties['SecretId'])),
      );
      return secrets(stage).flatMap((found) => {
        // The master's own is reached by its attachment to the instance, too.
        const ways = [`${found.stack}/${found.id}`];
        return unless(
          rotated.some((way) => ways.some((name) => way.startsWith(name))),
          found,
          'is never rotated',
        );
      });
    },
  },
  {
    name: 'tables have the keys that the code uses, forget by ttl, can be restored, and bear the prefix',
    find: (stage) => {
      const tables = resourcesOf(stage, 'AWS::DynamoDB::GlobalTable');
      const prefix = `ordercast-${stage.settings.stage}-`;
      const missing = Object.keys(TABLE_KEYS).filter(
        (name) => !tables.some(({ properties }) => properties['TableName'] === `${prefix}${name}`),
      );
      return [
        ...missing.map((name) => `data: there is no table ${prefix}${name}`),
        ...tables.flatMap((found) => judgeTable(found, prefix, stage)),
      ];
    },
  },
  {
    name: 'queues are encrypted, take TLS alone, and have a dead-letter queue or are one',
    find: (stage) => {
      const queues = resourcesOf(stage, 'AWS::SQS::Queue');
      const policies = resourcesOf(stage, 'AWS::SQS::QueuePolicy').flatMap(
        ({ stack, properties }) => listAt(resolved(stage, stack, properties), 'Queues').map(textOf),
      );
      return queues.flatMap((found) => {
        const redrive = resolved(stage, found.stack, found.properties['RedrivePolicy']);
        const isDead = found.id.includes('DeadLetters');
        return [
          ...is(found, 'SqsManagedSseEnabled', true),
          ...unless(
            policies.includes(`${found.stack}/${found.id}`),
            found,
            'takes calls without TLS',
          ),
          ...unless(
            isDead || textOf(at(redrive, 'deadLetterTargetArn') ?? '').includes('DeadLetters'),
            found,
            'loses what nobody can handle',
          ),
          ...unless(
            isDead ||
              (at(redrive, 'maxReceiveCount') === 10 &&
                found.properties['VisibilityTimeout'] === 30),
            found,
            'is not as websocket/broadcast/broadcast-queue.ts says',
          ),
          ...unless(
            found.properties['MessageRetentionPeriod'] === (isDead ? 1_209_600 : 86_400),
            found,
            'keeps messages for another time than the log of a channel',
          ),
        ];
      });
    },
  },
  {
    name: 'buckets are closed, encrypted, take TLS alone, and forget',
    find: (stage) => {
      const policies = resourcesOf(stage, 'AWS::S3::BucketPolicy').map(({ stack, properties }) =>
        textOf(resolved(stage, stack, properties)),
      );
      return resourcesOf(stage, 'AWS::S3::Bucket').flatMap((found) => {
        const block = found.properties['PublicAccessBlockConfiguration'];
        const isOpen = [
          'BlockPublicAcls',
          'BlockPublicPolicy',
          'IgnorePublicAcls',
          'RestrictPublicBuckets',
        ].some((name) => at(block, name) !== true);
        const own =
          policies.find((text) => text.includes(`"Bucket":"${found.stack}/${found.id}"`)) ?? '';
        const forgets = listAt(found.properties, 'LifecycleConfiguration', 'Rules').some(
          (rule) => at(rule, 'ExpirationInDays') !== undefined,
        );
        return [
          ...unless(!isOpen, found, 'can be opened to everybody'),
          ...unless(found.properties['BucketEncryption'] !== undefined, found, 'is not encrypted'),
          ...unless(own.includes('aws:SecureTransport'), found, 'takes calls without TLS'),
          ...unless(forgets, found, 'keeps everything for ever'),
        ];
      });
    },
  },
];

function judgeTable(found: Found, prefix: string, { settings }: JudgedStage): string[] {
  const { properties } = found;
  const name = textOf(properties['TableName']).replace(prefix, '');
  const keys = TABLE_KEYS[name] ?? {};
  const schema = listAt(properties, 'KeySchema').map((key) => textOf(at(key, 'AttributeName')));
  const types = new Map(
    listAt(properties, 'AttributeDefinitions').map((one) => [
      textOf(at(one, 'AttributeName')),
      at(one, 'AttributeType'),
    ]),
  );
  const replicas = listAt(properties, 'Replicas');
  return [
    ...unless(schema.join() === Object.keys(keys).join(), found, `its keys are ${schema.join()}`),
    ...unless(
      schema.every((key) => types.get(key) === keys[key]),
      found,
      'a key has another type, or none',
    ),
    ...unless(
      at(properties, 'TimeToLiveSpecification', 'AttributeName') === 'ttl',
      found,
      'never forgets',
    ),
    ...unless(
      replicas.length > 0 &&
        replicas.every(
          (replica) =>
            at(replica, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled') === true,
        ),
      found,
      'cannot be restored to a moment',
    ),
    ...unless(
      settings.data === 'delete' ||
        replicas.every((replica) => at(replica, 'DeletionProtectionEnabled') === true),
      found,
      'can be deleted by one call',
    ),
  ];
}
