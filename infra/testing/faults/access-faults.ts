import { fault, named, remove, set } from './planting.ts';
import type { PlantedFault } from './planting.ts';

const TOKENS = 'token.actions.githubusercontent.com';
const AUDIENCE = { [`${TOKENS}:aud`]: 'sts.amazonaws.com' };
const ENVIRONMENT = 'repo:replace--this/ordercast:environment:prod';
const WORKFLOW_SLIPS: readonly (readonly [string, unknown])[] = [
  ['a workflow of any repository deploys', { StringEquals: AUDIENCE }],
  [
    'a workflow of any branch deploys, whoever reviews',
    {
      StringEquals: AUDIENCE,
      StringLike: { [`${TOKENS}:sub`]: 'repo:replace--this/ordercast:*' },
    },
  ],
  [
    "a workflow's token for somebody else deploys",
    { StringEquals: { [`${TOKENS}:sub`]: [ENVIRONMENT, `${ENVIRONMENT}-migrations`] } },
  ],
];

export const accessFaults: readonly PlantedFault[] = [
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
      (found) => found.stack === 'realtime' && found.properties['EventPattern'] !== undefined,
    ),
  ),
  fault(
    'what ends access is lost where it fails',
    set(
      'AWS::Events::Rule',
      ['Targets', 0, 'DeadLetterConfig'],
      undefined,
      (found) => found.stack === 'realtime' && found.properties['EventPattern'] !== undefined,
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
  ...WORKFLOW_SLIPS.map(([name, condition]) =>
    fault(
      name,
      set(
        'AWS::IAM::Role',
        ['AssumeRolePolicyDocument', 'Statement', 0, 'Condition'],
        condition,
        (found) => found.stack === 'pipeline',
      ),
      'prod',
    ),
  ),
];
