import type { Makers } from '../maker.ts';
import { listOf, mapOf, textOf } from '../template-value.ts';
import type { TemplateValue } from '../template-value.ts';
import { ACCOUNT_ID } from '../stand-in-account.ts';

/** What keeps data: keys, secrets, database, tables, queues, buckets. */
export const dataMakers: Makers = {
  'AWS::KMS::Key': async (p, { account }) => {
    const input = { ...p.same('Description'), Policy: p.json('KeyPolicy') };
    const rotates = p.take('EnableKeyRotation') === true;
    const made = await account.call('kms', 'createKey', input);
    const KeyId = made.text('KeyMetadata.KeyId');
    if (rotates) await account.call('kms', 'enableKeyRotation', { KeyId });
    return { ref: KeyId, attributes: { Arn: made.text('KeyMetadata.Arn') } };
  },
  'AWS::SecretsManager::Secret': async (p, { account, name }) => {
    const { GenerateStringKey, SecretStringTemplate, ...how } = p.map('GenerateSecretString');
    const password = await account.call('secrets', 'getRandomPassword', how);
    const given: unknown = JSON.parse(textOf(SecretStringTemplate, 'SecretStringTemplate'));
    const SecretString = JSON.stringify({
      ...Object(given),
      [textOf(GenerateStringKey, 'GenerateStringKey')]: password.text('RandomPassword'),
    });
    const input = { Name: name(), ...p.same('Description', 'KmsKeyId'), SecretString };
    return { ref: (await account.call('secrets', 'createSecret', input)).text('ARN') };
  },
  /** Adds to a secret where its database is: see RDS's secrets in the guide of Secrets Manager. */
  'AWS::SecretsManager::SecretTargetAttachment': async (p, { account }) => {
    const SecretId = p.text('SecretId');
    const type = p.text('TargetType');
    if (type !== 'AWS::RDS::DBInstance') throw new Error(`A secret of ${type} is not known.`);
    const DBInstanceIdentifier = p.text('TargetId');
    const database = await account.call('rds', 'describeDBInstances', { DBInstanceIdentifier });
    const secret = await account.call('secrets', 'getSecretValue', { SecretId });
    const SecretString = JSON.stringify({
      ...Object(JSON.parse(secret.text('SecretString'))),
      engine: 'sqlserver',
      host: database.text('DBInstances.0.Endpoint.Address'),
      port: 1433,
      dbInstanceIdentifier: DBInstanceIdentifier,
    });
    await account.call('secrets', 'updateSecret', { SecretId, SecretString });
    return { ref: SecretId };
  },
  /** Begins no rotation, at once or later: `rotateSecret` of deployed-secret.ts does what Secrets Manager would. */
  'AWS::SecretsManager::RotationSchedule': async (p, { account }) => {
    const SecretId = p.text('SecretId');
    p.take('RotateImmediatelyOnUpdate');
    const input = {
      SecretId,
      RotationLambdaARN: p.text('RotationLambdaARN'),
      ...p.same('RotationRules'),
      RotateImmediately: false,
    };
    await account.call('secrets', 'rotateSecret', input);
    return { ref: SecretId };
  },
  'AWS::RDS::DBSubnetGroup': async (p, { account, name }) => {
    const input = { DBSubnetGroupName: name().toLowerCase(), SubnetIds: p.list('SubnetIds') };
    const about = p.same('DBSubnetGroupDescription');
    await account.call('rds', 'createDBSubnetGroup', { ...input, ...about });
    return { ref: input.DBSubnetGroupName };
  },
  'AWS::RDS::DBParameterGroup': async (p, { account, name }) => {
    const DBParameterGroupName = name().toLowerCase();
    const Parameters = Object.entries(p.map('Parameters')).map(
      ([ParameterName, ParameterValue]) => ({
        ParameterName,
        ParameterValue,
        ApplyMethod: 'pending-reboot',
      }),
    );
    await account.call('rds', 'createDBParameterGroup', {
      DBParameterGroupName,
      DBParameterGroupFamily: p.text('Family'),
      ...p.same('Description'),
    });
    await account.call('rds', 'modifyDBParameterGroup', { DBParameterGroupName, Parameters });
    return { ref: DBParameterGroupName };
  },
  'AWS::RDS::DBInstance': async (p, { account, name }) => {
    const DBInstanceIdentifier = name(63).toLowerCase();
    const input = {
      DBInstanceIdentifier,
      AllocatedStorage: Number(p.text('AllocatedStorage')),
      Port: Number(p.text('Port')),
      VpcSecurityGroupIds: p.list('VPCSecurityGroups'),
      ...p.same('Engine', 'EngineVersion', 'DBInstanceClass', 'LicenseModel', 'MultiAZ'),
      ...p.same('MasterUsername', 'MasterUserPassword', 'DBSubnetGroupName', 'StorageType'),
      ...p.same('DBParameterGroupName', 'KmsKeyId', 'StorageEncrypted', 'MaxAllocatedStorage'),
      ...p.same('BackupRetentionPeriod', 'PreferredBackupWindow', 'PreferredMaintenanceWindow'),
      ...p.same('AutoMinorVersionUpgrade', 'CopyTagsToSnapshot', 'PubliclyAccessible'),
      ...p.same('CACertificateIdentifier', 'DeletionProtection', 'EnableCloudwatchLogsExports'),
    };
    const made = await account.call('rds', 'createDBInstance', input);
    const attributes = { 'Endpoint.Address': made.text('DBInstance.Endpoint.Address') };
    return { ref: DBInstanceIdentifier, attributes };
  },
  'AWS::DynamoDB::GlobalTable': async (p, { account }) => {
    const TableName = p.text('TableName');
    const [replica, ...others] = p.list('Replicas').map((one) => mapOf(one, 'Replicas'));
    if (replica === undefined || others.length > 0) throw new Error('One replica is known.');
    const { SSEEnabled, SSEType } = p.map('SSESpecification');
    const { Region, PointInTimeRecoverySpecification, ...own } = replica;
    if (Region !== account.region) throw new Error('The replica lies in another Region.');
    const made = await account.call('dynamodb', 'createTable', {
      TableName,
      ...p.same('AttributeDefinitions', 'KeySchema', 'BillingMode'),
      SSESpecification: { Enabled: SSEEnabled, SSEType },
      ...own,
    });
    await account.call('dynamodb', 'updateTimeToLive', {
      TableName,
      ...p.same('TimeToLiveSpecification'),
    });
    await account.call('dynamodb', 'updateContinuousBackups', {
      TableName,
      PointInTimeRecoverySpecification,
    });
    return { ref: TableName, attributes: { Arn: made.text('TableDescription.TableArn') } };
  },
  'AWS::SQS::Queue': async (p, { account, name }) => {
    const QueueName = name(80);
    const Attributes = Object.fromEntries(
      Object.entries(
        p.same('MessageRetentionPeriod', 'VisibilityTimeout', 'SqsManagedSseEnabled'),
      ).map(([attribute, value]) => [attribute, textOf(value, attribute)]),
    );
    const RedrivePolicy = p.json('RedrivePolicy');
    const made = await account.call('sqs', 'createQueue', {
      QueueName,
      Attributes: { ...Attributes, ...(RedrivePolicy !== undefined && { RedrivePolicy }) },
    });
    const Arn = `arn:aws:sqs:${account.region}:${ACCOUNT_ID}:${QueueName}`;
    return { ref: made.text('QueueUrl'), attributes: { Arn, QueueName } };
  },
  'AWS::SQS::QueuePolicy': async (p, { account, name }) => {
    const Policy = p.json('PolicyDocument');
    for (const QueueUrl of p.list('Queues')) {
      await account.call('sqs', 'setQueueAttributes', { QueueUrl, Attributes: { Policy } });
    }
    return { ref: name() };
  },
  'AWS::S3::Bucket': async (p, { account, name }) => {
    const Bucket = name(63).toLowerCase();
    const CreateBucketConfiguration = { LocationConstraint: account.region };
    await account.call('s3', 'createBucket', { Bucket, CreateBucketConfiguration });
    const { ServerSideEncryptionConfiguration } = p.map('BucketEncryption');
    await account.call('s3', 'putBucketEncryption', {
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: encryptionRules(ServerSideEncryptionConfiguration),
      },
    });
    const { Rules } = p.map('LifecycleConfiguration');
    await account.call('s3', 'putBucketLifecycleConfiguration', {
      Bucket,
      LifecycleConfiguration: { Rules: lifecycleRules(Rules) },
    });
    const owner = p.same('OwnershipControls');
    if ('OwnershipControls' in owner) {
      await account.call('s3', 'putBucketOwnershipControls', { Bucket, ...owner });
    }
    // moto asks for the policy of the bucket that keeps the log beforehand, and that names this one.
    p.take('LoggingConfiguration');
    await account.call('s3', 'putPublicAccessBlock', {
      Bucket,
      ...p.same('PublicAccessBlockConfiguration'),
    });
    return { ref: Bucket, attributes: { Arn: `arn:aws:s3:::${Bucket}` } };
  },
  'AWS::S3::BucketPolicy': async (p, { account, name }) => {
    const input = { ...p.same('Bucket'), Policy: p.json('PolicyDocument') };
    await account.call('s3', 'putBucketPolicy', input);
    return { ref: name() };
  },
};

function encryptionRules(rules: TemplateValue | undefined) {
  return listOf(rules, 'BucketEncryption').map((rule) => {
    const { ServerSideEncryptionByDefault, ...others } = mapOf(rule, 'BucketEncryption');
    return { ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault, ...others };
  });
}

/** S3 puts what expires in a part of its own and wants to be told that a rule is about all objects. */
function lifecycleRules(rules: TemplateValue | undefined) {
  return listOf(rules, 'Rules').map((rule) => {
    const { ExpirationInDays, Id, ...others } = mapOf(rule, 'Rules');
    return {
      Prefix: '',
      ...others,
      ...(Id !== undefined && { ID: Id }),
      ...(ExpirationInDays !== undefined && { Expiration: { Days: ExpirationInDays } }),
    };
  });
}
