import { isRecord, resourcesOf } from '../rules/judged-stage.ts';
import type { Found, JudgedStage } from '../rules/judged-stage.ts';
import type { StageName } from './assembly.ts';

/** A slip that somebody may make in a template, and how it is made. */
export interface PlantedFault {
  name: string;
  /** `prod` where the slip needs what only that stage has. */
  stage: StageName;
  plant: (stage: JudgedStage) => void;
}

type Path = readonly (string | number)[];

/** Writes `value` at a path of a resource's properties; `undefined` takes it away. */
function write(target: Record<string, unknown>, path: Path, value: unknown): void {
  const parent = path.slice(0, -1).reduce((current: unknown, key) => {
    if (Array.isArray(current)) return current[Number(key)];
    if (!isRecord(current)) throw new Error(`Nothing lies at ${path.join('.')}`);
    return current[key];
  }, target);
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else if (isRecord(parent)) {
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else parent[last] = value;
  } else throw new Error(`Nothing lies at ${path.join('.')}`);
}

const anyOf = () => true;

function pick(stage: JudgedStage, type: string, isWanted: (found: Found) => boolean): Found {
  const found = resourcesOf(stage, type).find(isWanted);
  if (found === undefined) throw new Error(`The stage has no such ${type}`);
  return found;
}

const set =
  (type: string, path: Path, value: unknown, isWanted: (found: Found) => boolean = anyOf) =>
  (stage: JudgedStage) =>
    write(pick(stage, type, isWanted).properties, path, value);

const remove =
  (type: string, isWanted: (found: Found) => boolean = anyOf) =>
  (stage: JudgedStage) => {
    const { stack, id } = pick(stage, type, isWanted);
    delete stage.stacks[stack]?.Resources[id];
  };

const has = (name: string, value: unknown) => (found: Found) => found.properties[name] === value;
const named = (part: string) => (found: Found) => found.id.includes(part);
const container = (index: number, ...path: Path): Path => ['ContainerDefinitions', index, ...path];

const GATEWAY = 'AWS::ApiGatewayV2';
const fault = (
  name: string,
  plant: PlantedFault['plant'],
  stage: StageName = 'dev',
): PlantedFault => ({ name, plant, stage });

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  // The network
  fault(
    'the database is open to the internet',
    set('AWS::EC2::SecurityGroupIngress', ['CidrIp'], '0.0.0.0/0', has('FromPort', 1433)),
  ),
  fault(
    'the worker reaches the database',
    set(
      'AWS::EC2::SecurityGroupIngress',
      ['SourceSecurityGroupId'],
      { 'Fn::GetAtt': ['NetworkWorker0', 'GroupId'] },
      has('FromPort', 1433),
    ),
  ),
  fault(
    'TDS is let in with its neighbours',
    set('AWS::EC2::SecurityGroupIngress', ['ToPort'], 1500, has('FromPort', 1433)),
  ),
  fault(
    'nothing lets the balancer reach the API',
    remove('AWS::EC2::SecurityGroupIngress', has('FromPort', 3000)),
  ),
  fault('a program may call anybody at any port', (stage) => {
    const { properties } = pick(stage, 'AWS::EC2::SecurityGroup', named('NetworkApi'));
    properties['SecurityGroupEgress'] = [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }];
  }),
  fault('the subnets of the database have a way out', (stage) => {
    const { properties } = pick(stage, 'AWS::EC2::Route', anyOf);
    properties['RouteTableId'] = { Ref: 'NetworkVpcdatabaseSubnet1RouteTable0' };
  }),
  fault(
    'a network list lets everybody in',
    set('AWS::EC2::NetworkAclEntry', ['CidrBlock'], '0.0.0.0/0', has('Egress', false)),
  ),
  fault(
    'a network list lets programs in at every port',
    set('AWS::EC2::NetworkAclEntry', ['PortRange', 'To'], 65_535, named('TdsIn')),
  ),
  fault('a subnet lies in a zone by its letter', (stage) => {
    const { properties } = pick(stage, 'AWS::EC2::Subnet', anyOf);
    delete properties['AvailabilityZoneId'];
    properties['AvailabilityZone'] = 'eu-central-1a';
  }),
  fault(
    'the load balancer faces the internet',
    set('AWS::ElasticLoadBalancingV2::LoadBalancer', ['Scheme'], 'internet-facing'),
  ),
  fault('the load balancer waits longer than the API', (stage) => {
    const { properties } = pick(stage, 'AWS::ElasticLoadBalancingV2::LoadBalancer', anyOf);
    const attributes = properties['LoadBalancerAttributes'];
    for (const attribute of Array.isArray(attributes) ? attributes : []) {
      if (isRecord(attribute) && attribute['Key'] === 'idle_timeout.timeout_seconds')
        attribute['Value'] = '120';
    }
  }),
  fault('an attribute of the load balancer is misspelt', (stage) => {
    const { properties } = pick(stage, 'AWS::ElasticLoadBalancingV2::LoadBalancer', anyOf);
    const attributes = properties['LoadBalancerAttributes'];
    if (Array.isArray(attributes))
      attributes.push({ Key: 'routing.http.drop_invalid_headers', Value: 'true' });
  }),
  fault(
    'a stage with names listens without TLS',
    set('AWS::ElasticLoadBalancingV2::Listener', ['Protocol'], 'HTTP'),
    'prod',
  ),
  // Data
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
  // The gateways
  fault(
    'a route is open',
    set(`${GATEWAY}::Route`, ['AuthorizationType'], 'NONE', has('RouteKey', 'ANY /{proxy+}')),
  ),
  fault(
    'a route asks for no scope',
    set(`${GATEWAY}::Route`, ['AuthorizationScopes'], undefined, has('RouteKey', 'ANY /{proxy+}')),
  ),
  fault(
    'a health check asks for a token',
    set(`${GATEWAY}::Route`, ['RouteKey'], 'GET /orders', has('RouteKey', 'GET /health/live')),
  ),
  fault(
    'tokens of any issuer are taken',
    set(
      `${GATEWAY}::Authorizer`,
      ['JwtConfiguration', 'Issuer'],
      undefined,
      has('AuthorizerType', 'JWT'),
    ),
  ),
  fault(
    'tokens of any client are taken',
    set(
      `${GATEWAY}::Authorizer`,
      ['JwtConfiguration', 'Audience'],
      ['other'],
      has('AuthorizerType', 'JWT'),
    ),
  ),
  fault(
    'the gateway sends no secret',
    set(
      `${GATEWAY}::Integration`,
      ['RequestParameters', 'overwrite:header.Ordercast-Gateway-Secret'],
      undefined,
      named('Orders'),
    ),
  ),
  fault(
    'the secret stands in the template',
    set(
      `${GATEWAY}::Integration`,
      ['RequestParameters', 'overwrite:header.Ordercast-Gateway-Secret'],
      'hunter2',
      named('Orders'),
    ),
  ),
  fault(
    'a caller names their own address',
    set(
      `${GATEWAY}::Integration`,
      ['RequestParameters', 'overwrite:header.Ordercast-Client-Address'],
      '$request.header.X-Forwarded-For',
      named('Orders'),
    ),
  ),
  fault(
    'the gateway waits longer than it can',
    set(`${GATEWAY}::Integration`, ['TimeoutInMillis'], 31_000, named('Orders')),
  ),
  fault(
    "the balancer's name is not checked",
    set(`${GATEWAY}::Integration`, ['TlsConfig'], undefined, named('Orders')),
    'prod',
  ),
  fault(
    'every page may call',
    set(
      `${GATEWAY}::Api`,
      ['CorsConfiguration', 'AllowOrigins'],
      ['*'],
      has('ProtocolType', 'HTTP'),
    ),
  ),
  fault(
    'the HTTP API has a stage with a name',
    set(`${GATEWAY}::Stage`, ['StageName'], 'v1', has('StageName', '$default')),
  ),
  fault(
    'a route that is not there is limited',
    set(
      `${GATEWAY}::Stage`,
      ['RouteSettings'],
      { 'GET /nowhere': { ThrottlingRateLimit: 1 } },
      has('StageName', '$default'),
    ),
  ),
  fault(
    'nobody is limited',
    set(
      `${GATEWAY}::Stage`,
      ['DefaultRouteSettings', 'ThrottlingRateLimit'],
      undefined,
      has('StageName', 'v1'),
    ),
  ),
  fault(
    'tokens are logged',
    set(
      `${GATEWAY}::Stage`,
      ['AccessLogSettings', 'Format'],
      '{"token":"$context.authorizer.token"}',
      has('StageName', 'v1'),
    ),
  ),
  fault(
    'paths are logged',
    set(
      `${GATEWAY}::Stage`,
      ['AccessLogSettings', 'Format'],
      '{"path":"$context.path"}',
      has('StageName', '$default'),
    ),
  ),
  fault(
    'whole messages are logged',
    set(
      `${GATEWAY}::Stage`,
      ['DefaultRouteSettings', 'DataTraceEnabled'],
      true,
      has('StageName', 'v1'),
    ),
  ),
  fault(
    'everybody may connect',
    set(`${GATEWAY}::Route`, ['AuthorizationType'], 'NONE', has('RouteKey', '$connect')),
  ),
  fault(
    'the token is looked for as HTTP APIs do',
    set(
      `${GATEWAY}::Authorizer`,
      ['IdentitySource'],
      ['$request.header.Authorization'],
      has('AuthorizerType', 'REQUEST'),
    ),
  ),
  fault(
    'no route is chosen',
    set(
      `${GATEWAY}::Api`,
      ['RouteSelectionExpression'],
      undefined,
      has('ProtocolType', 'WEBSOCKET'),
    ),
  ),
  fault(
    'the handler may run longer than the gateway waits',
    set('AWS::Lambda::Function', ['Timeout'], 60, has('Handler', 'lambda.message')),
  ),
  fault("the page's firewall lies elsewhere", (stage) => {
    const { id } = pick(stage, 'AWS::WAFv2::WebACL', has('Scope', 'CLOUDFRONT'));
    const moved = stage.stacks['firewall']?.Resources[id];
    if (moved !== undefined && stage.stacks['web'] !== undefined)
      stage.stacks['web'].Resources[id] = moved;
    delete stage.stacks['firewall']?.Resources[id];
  }),
  fault('two rules have one priority', set('AWS::WAFv2::WebACL', ['Rules', 1, 'Priority'], 0)),
  fault(
    "callers are counted by the link's address",
    set(
      'AWS::WAFv2::WebACL',
      ['Rules', 0, 'Statement', 'RateBasedStatement', 'AggregateKeyType'],
      'IP',
      named('BalancerFirewall'),
    ),
  ),
  fault(
    'the balancer has no firewall',
    remove('AWS::WAFv2::WebACLAssociation', named('FirewallOfBalancer')),
  ),
  // Programs
  fault(
    'a container writes its image',
    set('AWS::ECS::TaskDefinition', container(0, 'ReadonlyRootFilesystem'), false),
  ),
  fault('a container runs as root', set('AWS::ECS::TaskDefinition', container(0, 'User'), 'root')),
  fault(
    'a container has more memory than its task',
    set('AWS::ECS::TaskDefinition', container(0, 'Memory'), 4_096),
  ),
  fault(
    'a container has too long to end',
    set('AWS::ECS::TaskDefinition', container(0, 'StopTimeout'), 180),
  ),
  fault(
    'a container is killed before it has ended',
    set('AWS::ECS::TaskDefinition', container(0, 'StopTimeout'), 10),
  ),
  fault(
    'the collector ends first',
    set('AWS::ECS::TaskDefinition', container(1, 'StopTimeout'), 35),
  ),
  fault('a variable shows a secret', (stage) => {
    const { properties } = pick(stage, 'AWS::ECS::TaskDefinition', anyOf);
    write(
      properties,
      container(0, 'Environment', 0, 'Value'),
      '{{resolve:secretsmanager:x:SecretString:password}}',
    );
  }),
  fault(
    'the balancer looks for a container that is not there',
    set('AWS::ECS::Service', ['LoadBalancers', 0, 'ContainerName'], 'web', named('Api')),
  ),
  fault(
    'the balancer looks at a port that is not there',
    set('AWS::ECS::Service', ['LoadBalancers', 0, 'ContainerPort'], 8_080, named('Api')),
  ),
  fault(
    'what does not come up stays',
    set(
      'AWS::ECS::Service',
      ['DeploymentConfiguration', 'DeploymentCircuitBreaker', 'Rollback'],
      false,
    ),
  ),
  fault(
    'programs have public addresses',
    set(
      'AWS::ECS::Service',
      ['NetworkConfiguration', 'AwsvpcConfiguration', 'AssignPublicIp'],
      'ENABLED',
    ),
  ),
  fault(
    'the balancer asks only whether the process lives',
    set('AWS::ElasticLoadBalancingV2::TargetGroup', ['HealthCheckPath'], '/health/live'),
  ),
  fault(
    'workers grow by nothing',
    remove('AWS::ApplicationAutoScaling::ScalingPolicy', named('Backlog')),
  ),
  fault('a function has an old runtime', set('AWS::Lambda::Function', ['Runtime'], 'nodejs20.x')),
  fault('a log is kept for ever', set('AWS::Logs::LogGroup', ['RetentionInDays'], undefined)),
  // Rights
  fault(
    'a right is for everything',
    set(
      'AWS::IAM::Policy',
      ['PolicyDocument', 'Statement', 0],
      { Action: 'dynamodb:GetItem', Effect: 'Allow', Resource: '*' },
      named('Authorizer'),
    ),
  ),
  fault(
    'a right is for every action',
    set(
      'AWS::IAM::Policy',
      ['PolicyDocument', 'Statement', 0, 'Action'],
      'dynamodb:*',
      named('Authorizer'),
    ),
  ),
  fault(
    'a service is misspelt',
    set('AWS::Lambda::Permission', ['Principal'], 'event.amazonaws.com'),
  ),
  fault(
    'a role trusts a service that is none',
    set(
      'AWS::IAM::Role',
      ['AssumeRolePolicyDocument', 'Statement', 0, 'Principal', 'Service'],
      'ecs-task.amazonaws.com',
      named('TaskRole'),
    ),
  ),
  fault(
    'a queue is open to everybody',
    set('AWS::SQS::QueuePolicy', ['PolicyDocument', 'Statement', 0, 'Effect'], 'Allow'),
  ),
  fault(
    'a schedule is misspelt',
    set(
      'AWS::Events::Rule',
      ['ScheduleExpression'],
      'rate(1 minutes)',
      (found) => found.properties['ScheduleExpression'] !== undefined,
    ),
  ),
  fault(
    'a rotation is scheduled as crontab has it',
    set(
      'AWS::SecretsManager::RotationSchedule',
      ['RotationRules', 'ScheduleExpression'],
      '0 3 * * 0',
    ),
  ),
  fault(
    'a deleted user keeps their connections',
    set(
      'AWS::Events::Rule',
      ['EventPattern', 'detail', 'eventName'],
      ['GlobalSignOut'],
      (found) => found.properties['EventPattern'] !== undefined,
    ),
  ),
  fault(
    'what ends access is lost where it fails',
    set(
      'AWS::Events::Rule',
      ['Targets', 0, 'DeadLetterConfig'],
      undefined,
      (found) => found.properties['EventPattern'] !== undefined,
    ),
  ),
  fault('there is no trail', remove('AWS::CloudTrail::Trail')),
  fault(
    'the pool takes passwords as they are',
    set(
      'AWS::Cognito::UserPoolClient',
      ['ExplicitAuthFlows'],
      ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    ),
  ),
  fault(
    'the pool tells who has an account',
    set('AWS::Cognito::UserPoolClient', ['PreventUserExistenceErrors'], 'LEGACY'),
  ),
  fault(
    'an address counts before it is proved',
    set('AWS::Cognito::UserPool', ['UserAttributeUpdateSettings'], undefined),
  ),
  fault(
    'strangers get credentials',
    set('AWS::Cognito::IdentityPool', ['AllowUnauthenticatedIdentities'], true),
  ),
  fault(
    'staff get a right by their group',
    set(
      'AWS::IAM::Role',
      ['ManagedPolicyArns'],
      ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      named('Credentials'),
    ),
  ),
  // Operation
  fault('an alarm wakes nobody', set('AWS::CloudWatch::Alarm', ['AlarmActions'], [])),
  fault(
    'an alarm names no article',
    set('AWS::CloudWatch::Alarm', ['AlarmDescription'], 'too slow'),
  ),
  fault(
    'the key keeps alarms out',
    set(
      'AWS::KMS::Key',
      ['KeyPolicy', 'Statement', 1],
      undefined,
      (found) => found.stack === 'observability',
    ),
  ),
  fault('alarms go to nobody', remove('AWS::SNS::Subscription')),
  fault(
    'the dashboard is no JSON',
    set('AWS::CloudWatch::Dashboard', ['DashboardBody'], '{"widgets":['),
  ),
  fault(
    'the page has no policy',
    set('AWS::Amplify::App', ['CustomHeaders'], 'customHeaders:\n  - pattern: "**"\n'),
  ),
  fault("the page's headers are no YAML", set('AWS::Amplify::App', ['CustomHeaders'], '{')),
  fault(
    'a path of the page is not found',
    set('AWS::Amplify::App', ['CustomRules', 0, 'Status'], '404'),
  ),
];
