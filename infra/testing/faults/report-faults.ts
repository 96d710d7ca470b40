import { LINK_ROUTE } from '../../constructs/order-api.ts';
import type { Found } from '../../rules/judged-stage.ts';
import { container, fault, has, named, remove, set } from './planting.ts';
import type { PlantedFault } from './planting.ts';

const inReports =
  (part: string) =>
  ({ stack, id }: Found): boolean =>
    stack === 'reports' && id.startsWith(part);
const files = (found: Found) => found.properties['LoggingConfiguration'] !== undefined;
const lifecycle = (...path: (string | number)[]) => ['LifecycleConfiguration', 'Rules', 0, ...path];
const statement = (index: number, ...path: (string | number)[]) => [
  'PolicyDocument',
  'Statement',
  index,
  ...path,
];
const variable = (name: string) => ['Environment', 'Variables', name];

export const reportFaults: readonly PlantedFault[] = [
  fault(
    'reports can be opened to everybody',
    set('AWS::S3::Bucket', ['PublicAccessBlockConfiguration'], undefined, files),
  ),
  fault(
    'reports are kept for ever',
    set('AWS::S3::Bucket', lifecycle('ExpirationInDays'), undefined, files),
  ),
  fault(
    'reports of another folder are forgotten',
    set('AWS::S3::Bucket', lifecycle('Prefix'), 'report/', files),
  ),
  fault(
    'parts of uploads are kept for ever',
    set('AWS::S3::Bucket', lifecycle('AbortIncompleteMultipartUpload'), undefined, files),
  ),
  fault(
    'nobody notes who reads reports',
    set('AWS::S3::Bucket', ['LoggingConfiguration'], undefined, files),
  ),
  fault(
    'reports that were deleted stay',
    set('AWS::S3::Bucket', ['VersioningConfiguration'], { Status: 'Enabled' }, files),
  ),
  fault(
    'reports are open',
    set(
      'AWS::ApiGatewayV2::Route',
      ['AuthorizationType'],
      'NONE',
      has('RouteKey', 'ANY /reports/{proxy+}'),
    ),
  ),
  fault(
    'links of mails ask for a token',
    set('AWS::ApiGatewayV2::Route', ['AuthorizationType'], 'JWT', has('RouteKey', LINK_ROUTE)),
  ),
  fault(
    'links of mails have no limit',
    set('AWS::ApiGatewayV2::Stage', ['RouteSettings'], undefined, has('StageName', '$default')),
  ),
  fault(
    'reports lead to a function that is not there',
    set('AWS::Lambda::Function', ['FunctionName'], 'reports-api', has('Handler', 'lambda.api')),
  ),
  fault(
    'the API may not call reports',
    remove('AWS::Lambda::Permission', inReports('ReportsApiRoutes')),
  ),
  fault(
    'every API of the account may call reports',
    set(
      'AWS::Lambda::Permission',
      ['SourceArn'],
      'arn:aws:execute-api:eu-central-1:123456789012:*',
      inReports('ReportsApiRoutes'),
    ),
  ),
  fault(
    'a report is asked for and nobody waits for the answer',
    set('AWS::Lambda::Function', ['Timeout'], 60, has('Handler', 'lambda.api')),
  ),
  fault(
    'schedules of anybody start reports',
    set(
      'AWS::IAM::Role',
      ['AssumeRolePolicyDocument', 'Statement', 0, 'Condition'],
      undefined,
      inReports('SchedulesRole'),
    ),
  ),
  fault(
    'schedules are a service that is none',
    set(
      'AWS::IAM::Role',
      ['AssumeRolePolicyDocument', 'Statement', 0, 'Principal', 'Service'],
      'schedules.amazonaws.com',
      inReports('SchedulesRole'),
    ),
  ),
  fault(
    'schedules call any function of reports',
    set(
      'AWS::IAM::Policy',
      statement(0, 'Resource'),
      'arn:aws:lambda:eu-central-1:123456789012:function:ordercast-dev-reports-*',
      inReports('SchedulesRole'),
    ),
  ),
  fault(
    'schedules start any task',
    set(
      'AWS::IAM::Policy',
      statement(2, 'Resource'),
      'arn:aws:ecs:eu-central-1:123456789012:task-definition/*',
      inReports('SchedulesRole'),
    ),
  ),
  fault(
    'schedules may do something else',
    set('AWS::IAM::Policy', statement(1, 'Action'), 'sqs:PurgeQueue', inReports('SchedulesRole')),
  ),
  fault(
    'schedules hand on another role',
    set(
      'AWS::IAM::Policy',
      statement(3, 'Resource'),
      'arn:aws:iam::123456789012:role/admin',
      inReports('SchedulesRole'),
    ),
  ),
  fault(
    'a role is handed on to any service',
    set('AWS::IAM::Policy', statement(3, 'Condition'), undefined, inReports('SchedulesRole')),
  ),
  fault(
    'tasks are started in any cluster',
    set('AWS::IAM::Policy', statement(2, 'Condition'), undefined, inReports('SchedulesRole')),
  ),
  fault(
    'heavy runs have no database',
    set('AWS::ECS::TaskDefinition', container(0, 'Environment'), [], named('HeavyReports')),
  ),
  fault(
    'heavy runs log in as the order API',
    set(
      'AWS::ECS::TaskDefinition',
      container(0, 'Environment', 0, 'Value'),
      { 'Fn::GetStackOutput': { StackName: 'ordercast-dev-data', OutputName: 'App' } },
      named('HeavyReports'),
    ),
  ),
  fault(
    'a run is started in a container that is not there',
    set('AWS::ECS::TaskDefinition', container(0, 'Name'), 'report', named('HeavyReports')),
  ),
  fault(
    'a task of another family is started',
    set('AWS::ECS::TaskDefinition', ['Family'], 'ordercast-dev-report', named('HeavyReports')),
  ),
  fault(
    'a run is started that is not there',
    set(
      'AWS::Lambda::Function',
      variable('REPORTS_FUNCTION'),
      'ordercast-dev-run',
      has('Handler', 'lambda.api'),
    ),
  ),
  fault(
    'schedules have no dead letters',
    set(
      'AWS::Lambda::Function',
      variable('REPORTS_SCHEDULE_DEAD_LETTER_ARN'),
      undefined,
      has('Handler', 'lambda.keep'),
    ),
  ),
  fault(
    'heavy runs stand in the subnets of the database',
    set(
      'AWS::Lambda::Function',
      variable('REPORTS_SUBNETS'),
      'subnet-1',
      has('Handler', 'lambda.api'),
    ),
  ),
  fault(
    'nobody looks after runs',
    set('AWS::Events::Rule', ['State'], 'DISABLED', named('EachMinute')),
  ),
  fault(
    'runs are looked after once an hour',
    set('AWS::Events::Rule', ['ScheduleExpression'], 'rate(1 hour)', named('EachMinute')),
  ),
  fault(
    'two look after runs at once',
    set('AWS::Lambda::Function', ['Timeout'], 120, has('Handler', 'lambda.keep')),
  ),
  fault(
    'a run that could not be made is lost',
    remove('AWS::Lambda::EventInvokeConfig', inReports('ReportsRun')),
  ),
  fault(
    'a bounce that could not be noted is lost',
    set(
      'AWS::Lambda::EventInvokeConfig',
      ['DestinationConfig'],
      undefined,
      inReports('ReportsMailEvents'),
    ),
  ),
  fault(
    'a bounce that could not be told is lost',
    set('AWS::Events::Rule', ['Targets', 0, 'DeadLetterConfig'], undefined, inReports('MailFate')),
  ),
  fault(
    'a bounce is called otherwise',
    set(
      'AWS::Events::Rule',
      ['EventPattern', 'detail-type', 0],
      'Email Bounce',
      inReports('MailFate'),
    ),
  ),
  fault(
    'mails of another stage are heard of',
    set('AWS::Events::Rule', ['EventPattern', 'detail'], undefined, inReports('MailFate')),
  ),
  fault(
    'a task that never started is not noticed',
    set(
      'AWS::Events::Rule',
      ['EventPattern', 'detail', 'stopCode'],
      ['TaskFailedToStartUp'],
      inReports('SchedulesNotStarted'),
    ),
  ),
  fault(
    'mails go out in clear',
    set('AWS::SES::ConfigurationSet', ['DeliveryOptions', 'TlsPolicy'], 'OPTIONAL'),
  ),
  fault(
    'nobody counts bounces',
    set('AWS::SES::ConfigurationSet', ['ReputationOptions'], undefined),
  ),
  fault(
    'complaints are not told',
    set(
      'AWS::SES::ConfigurationSetEventDestination',
      ['EventDestination', 'MatchingEventTypes'],
      ['bounce'],
    ),
  ),
  fault(
    'what became of mails goes to a bus without a rule',
    set(
      'AWS::SES::ConfigurationSetEventDestination',
      ['EventDestination', 'EventBridgeDestination', 'EventBusArn'],
      'arn:aws:events:eu-central-1:123456789012:event-bus/mails',
    ),
  ),
  fault(
    'mails come from an address that nobody has proved',
    set('AWS::SES::EmailIdentity', ['EmailIdentity'], 'other@example.com'),
  ),
  fault(
    'no record proves that mails are ours',
    remove('AWS::Route53::RecordSet', named('MailDkim2')),
    'prod',
  ),
  fault(
    'links have no key until Sunday',
    set(
      'AWS::SecretsManager::RotationSchedule',
      ['RotateImmediatelyOnUpdate'],
      false,
      named('ScheduleLinks'),
    ),
  ),
];
