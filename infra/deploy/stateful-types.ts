/** Resources that hold what cannot be made again, or an address that people know. */
const STATEFUL = new Set([
  'AWS::Amplify::App',
  'AWS::Cognito::IdentityPool',
  'AWS::Cognito::UserPool',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::ECR::Repository',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::SQS::Queue',
]);

export function isStateful(type: string): boolean {
  return STATEFUL.has(type);
}
