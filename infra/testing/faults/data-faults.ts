import { fault, named, remove, set } from './planting.ts';
import type { PlantedFault } from './planting.ts';

export const dataFaults: readonly PlantedFault[] = [
  fault('Express has a standby', set('AWS::RDS::DBInstance', ['MultiAZ'], true)),
  fault('SQL Server has a DBName', set('AWS::RDS::DBInstance', ['DBName'], 'ordercast')),
  fault(
    'the parameters are of another family',
    set('AWS::RDS::DBParameterGroup', ['Family'], 'sqlserver-se-15.0'),
  ),
  fault(
    'TLS is not forced',
    set('AWS::RDS::DBParameterGroup', ['Parameters', 'rds.force_ssl'], '0'),
  ),
  fault('the database is public', set('AWS::RDS::DBInstance', ['PubliclyAccessible'], true)),
  fault('the database is not encrypted', set('AWS::RDS::DBInstance', ['StorageEncrypted'], false)),
  fault(
    'the database changes its version by itself',
    set('AWS::RDS::DBInstance', ['AutoMinorVersionUpgrade'], true),
  ),
  fault('the database has no backups', set('AWS::RDS::DBInstance', ['BackupRetentionPeriod'], 0)),
  fault('the version is half a name', set('AWS::RDS::DBInstance', ['EngineVersion'], '16.00')),
  fault(
    'production can be deleted',
    set('AWS::RDS::DBInstance', ['DeletionProtection'], false),
    'prod',
  ),
  fault(
    "a login's secret is no JSON",
    set(
      'AWS::SecretsManager::Secret',
      ['GenerateSecretString', 'SecretStringTemplate'],
      '{"username":"a"',
      named('DatabaseApp'),
    ),
  ),
  fault(
    "a login's secret does not say ssl",
    set(
      'AWS::SecretsManager::Secret',
      ['GenerateSecretString', 'SecretStringTemplate'],
      '{"engine":"sqlserver","host":"h","port":1433,"username":"a","dbname":"d","masterarn":"data/DatabaseMaster"}',
      named('DatabaseApp'),
    ),
  ),
  fault(
    'a password may hold a quote',
    set(
      'AWS::SecretsManager::Secret',
      ['GenerateSecretString', 'ExcludeCharacters'],
      '/@',
      named('DatabaseApp'),
    ),
  ),
  fault('a secret is never rotated', remove('AWS::SecretsManager::RotationSchedule')),
  fault(
    'a table has another key',
    set(
      'AWS::DynamoDB::GlobalTable',
      ['KeySchema', 0, 'AttributeName'],
      'id',
      named('Connections'),
    ),
  ),
  fault(
    "a table's key is not defined",
    set(
      'AWS::DynamoDB::GlobalTable',
      ['AttributeDefinitions', 0, 'AttributeName'],
      'other',
      named('Subscriptions'),
    ),
  ),
  fault(
    'a number is kept as a text',
    set(
      'AWS::DynamoDB::GlobalTable',
      ['AttributeDefinitions', 1, 'AttributeType'],
      'S',
      named('ChannelLog'),
    ),
  ),
  fault(
    'a table never forgets',
    set('AWS::DynamoDB::GlobalTable', ['TimeToLiveSpecification'], undefined),
  ),
  fault(
    'a table cannot be restored',
    set(
      'AWS::DynamoDB::GlobalTable',
      ['Replicas', 0, 'PointInTimeRecoverySpecification'],
      undefined,
    ),
  ),
  fault(
    'a table has another name',
    set('AWS::DynamoDB::GlobalTable', ['TableName'], 'connections'),
  ),
  fault(
    'the queue loses what nobody can handle',
    set('AWS::SQS::Queue', ['RedrivePolicy'], undefined, named('BroadcastsQueue')),
  ),
  fault(
    'the queue forgets too early',
    set('AWS::SQS::Queue', ['MessageRetentionPeriod'], 3_600, named('BroadcastsQueue')),
  ),
  fault(
    'the queue gives up after one try',
    set('AWS::SQS::Queue', ['RedrivePolicy', 'maxReceiveCount'], 1, named('BroadcastsQueue')),
  ),
  fault(
    'a bucket can be opened',
    set('AWS::S3::Bucket', ['PublicAccessBlockConfiguration', 'BlockPublicPolicy'], false),
  ),
  fault('a bucket takes calls without TLS', remove('AWS::S3::BucketPolicy')),
];
