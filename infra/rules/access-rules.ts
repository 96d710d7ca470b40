import { isDeepStrictEqual } from 'node:util';
import { at, isRecord, listAt, resolved, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { Found, JudgedStage, Rule } from './judged-stage.ts';

/** Services that assume roles, may call functions, or may write: a slip of the pen here is found by nobody else. */
const SERVICES = new Set([
  'apigateway.amazonaws.com',
  'cloudtrail.amazonaws.com',
  'cloudwatch.amazonaws.com',
  'delivery.logs.amazonaws.com',
  'ecs-tasks.amazonaws.com',
  'events.amazonaws.com',
  'lambda.amazonaws.com',
  'logdelivery.elasticloadbalancing.amazonaws.com',
  'logging.s3.amazonaws.com',
  'scheduler.amazonaws.com',
  'secretsmanager.amazonaws.com',
  'vpc-flow-logs.amazonaws.com',
]);
/** Actions that have no resources a right could name (of tasks a list: only of instances): service authorization reference. */
const WITHOUT_RESOURCES =
  /^(xray:|ecr:GetAuthorizationToken$|ecs:ListTasks$|scheduler:ListSchedules$)/;
const WORKFLOW_TOKENS = 'token.actions.githubusercontent.com';
const EVENTS_RATE =
  /^rate\((1 minute|[2-9]\d* minutes|1\d+ minutes|1 hour|\d+ hours|1 day|\d+ days)\)$/;
const CRON = /^cron\(\S+ \S+ \S+ \S+ \S+ \S+\)$/;

interface Statement {
  found: Found;
  actions: string[];
  resources: string[];
  isAllowed: boolean;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** Statements of the policies that roles have. */
export function statementsOf(stage: JudgedStage): Statement[] {
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    resourcesOf(stage, type).flatMap((found) =>
      listAt(resolved(stage, found.stack, found.properties), 'PolicyDocument', 'Statement').map(
        (statement) => ({
          found,
          actions: listOf(at(statement, 'Action')).map(textOf),
          resources: listOf(at(statement, 'Resource')).map(textOf),
          isAllowed: at(statement, 'Effect') === 'Allow',
        }),
      ),
    ),
  );
}

function principalsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(principalsIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    name === 'Service' ? listOf(item).map(textOf) : principalsIn(item),
  );
}

export const accessRules: readonly Rule[] = [
  {
    name: 'rights name their actions and what they are for',
    find: (stage) =>
      statementsOf(stage).flatMap(({ found, actions, resources, isAllowed }) => [
        ...unless(
          !isAllowed || !actions.some((action) => action.includes('*')),
          found,
          `allows ${actions.join()}`,
        ),
        ...unless(
          !isAllowed ||
            !resources.includes('*') ||
            actions.every((action) => WITHOUT_RESOURCES.test(action)),
          found,
          `allows ${actions.join()} for everything`,
        ),
      ]),
  },
  {
    name: 'services that are let in are services that there are',
    find: (stage) => {
      const trusting = [
        'AWS::IAM::Role',
        'AWS::SQS::QueuePolicy',
        'AWS::SNS::TopicPolicy',
        'AWS::KMS::Key',
        'AWS::S3::BucketPolicy',
      ];
      return [
        ...trusting
          .flatMap((type) => resourcesOf(stage, type))
          .flatMap((found) =>
            principalsIn(found.properties).flatMap((name) =>
              unless(SERVICES.has(name), found, `trusts ${name}, which is no service that we know`),
            ),
          ),
        ...resourcesOf(stage, 'AWS::Lambda::Permission').flatMap((found) =>
          unless(
            SERVICES.has(textOf(found.properties['Principal'])),
            found,
            `may be called by ${textOf(found.properties['Principal'])}`,
          ),
        ),
      ];
    },
  },
  {
    name: 'no policy of a resource is for everybody',
    find: (stage) =>
      [
        'AWS::SQS::QueuePolicy',
        'AWS::SNS::TopicPolicy',
        'AWS::S3::BucketPolicy',
        'AWS::KMS::Key',
      ].flatMap((type) =>
        resourcesOf(stage, type).flatMap((found) =>
          [
            ...listAt(found.properties, 'PolicyDocument', 'Statement'),
            ...listAt(found.properties, 'KeyPolicy', 'Statement'),
          ].flatMap((statement) => {
            const isForAll = /^("\*"|\{"AWS":"\*"\}|\*)$/.test(textOf(at(statement, 'Principal')));
            return unless(
              at(statement, 'Effect') === 'Deny' || !isForAll,
              found,
              'is open to everybody',
            );
          }),
        ),
      ),
  },
  {
    name: 'schedules are written as EventBridge and Secrets Manager read them',
    find: (stage) => [
      ...resourcesOf(stage, 'AWS::Events::Rule').flatMap((found) => {
        const expression = found.properties['ScheduleExpression'];
        return unless(
          expression === undefined ||
            EVENTS_RATE.test(textOf(expression)) ||
            CRON.test(textOf(expression)),
          found,
          `is scheduled by ${textOf(expression)}`,
        );
      }),
      ...resourcesOf(stage, 'AWS::SecretsManager::RotationSchedule').flatMap((found) => {
        const expression = textOf(at(found.properties, 'RotationRules', 'ScheduleExpression'));
        return unless(
          CRON.test(expression) || /^rate\(\d+ days\)$/.test(expression),
          found,
          `is scheduled by ${expression}`,
        );
      }),
    ],
  },
  {
    name: 'whoever ends access is told of every call that ends it, and keeps what it cannot handle',
    find: (stage) => {
      const rules = resourcesOf(stage, 'AWS::Events::Rule').filter(
        ({ stack, properties }) => stack === 'realtime' && properties['EventPattern'] !== undefined,
      );
      const trails = resourcesOf(stage, 'AWS::CloudTrail::Trail');
      return [
        ...(rules.length === 1 ? [] : ['realtime: there is no rule on the calls of Cognito']),
        ...(trails.length === 1 || !stage.settings.realtime.makesTrail
          ? []
          : ['realtime: there is no trail']),
        ...rules.flatMap((found) => [
          ...unless(
            listAt(found.properties, 'EventPattern', 'detail', 'eventName').join() ===
              'GlobalSignOut,AdminUserGlobalSignOut,AdminDisableUser,AdminDeleteUser,DeleteUser',
            found,
            'does not know every call that ends access',
          ),
          ...unless(
            listAt(found.properties, 'EventPattern', 'source').join() === 'aws.cognito-idp',
            found,
            'listens to another service',
          ),
          ...listAt(found.properties, 'Targets').flatMap((target) =>
            unless(at(target, 'DeadLetterConfig', 'Arn') !== undefined, found, 'loses what fails'),
          ),
        ]),
        ...trails.flatMap((found) =>
          unless(
            found.properties['IsLogging'] === true &&
              listAt(found.properties, 'EventSelectors').some(
                (selector) =>
                  at(selector, 'IncludeManagementEvents') !== false &&
                  at(selector, 'ReadWriteType') !== 'ReadOnly',
              ),
            found,
            'does not record calls that change something',
          ),
        ),
      ];
    },
  },
  {
    name: 'the pool tells nobody who has an account, and gives tokens by SRP and refresh alone',
    find: (stage) => [
      ...resourcesOf(stage, 'AWS::Cognito::UserPoolClient').flatMap((found) => [
        ...unless(
          listAt(found.properties, 'ExplicitAuthFlows').map(textOf).sort().join() ===
            'ALLOW_REFRESH_TOKEN_AUTH,ALLOW_USER_SRP_AUTH',
          found,
          'takes passwords in other ways',
        ),
        ...unless(
          found.properties['PreventUserExistenceErrors'] === 'ENABLED',
          found,
          'tells who has an account',
        ),
        ...unless(found.properties['EnableTokenRevocation'] === true, found, 'cannot revoke'),
        ...unless(
          found.properties['GenerateSecret'] !== true,
          found,
          'has a secret, which a page cannot keep',
        ),
        ...unless(
          at(found.properties, 'RefreshTokenRotation', 'Feature') !== 'ENABLED',
          found,
          'rotates refresh tokens, which the page cannot follow',
        ),
        ...unless(
          !listAt(found.properties, 'AllowedOAuthFlows').includes('implicit'),
          found,
          'puts tokens into URLs',
        ),
      ]),
      ...resourcesOf(stage, 'AWS::Cognito::UserPool').flatMap((found) => [
        ...unless(
          listAt(
            found.properties,
            'UserAttributeUpdateSettings',
            'AttributesRequireVerificationBeforeUpdate',
          ).includes('email'),
          found,
          'takes a new address before it is proved',
        ),
        ...unless(
          listAt(found.properties, 'EnabledMfas').join() === 'SOFTWARE_TOKEN_MFA',
          found,
          'has no TOTP, or has SMS',
        ),
        ...unless(
          found.properties['DeletionProtection'] === 'ACTIVE' || stage.settings.data === 'delete',
          found,
          'can be deleted by one call',
        ),
      ]),
      ...(['staff', 'admins'].every((name) =>
        resourcesOf(stage, 'AWS::Cognito::UserPoolGroup').some(
          ({ properties }) => properties['GroupName'] === name,
        ),
      )
        ? []
        : ['identity: a group is missing']),
      ...resourcesOf(stage, 'AWS::Cognito::IdentityPool').flatMap((found) =>
        unless(
          found.properties['AllowUnauthenticatedIdentities'] === false,
          found,
          'gives strangers credentials',
        ),
      ),
    ],
  },
  {
    name: 'roles of people grant nothing',
    find: (stage) =>
      resourcesOf(stage, 'AWS::IAM::Role')
        .filter(({ properties }) =>
          textOf(properties['AssumeRolePolicyDocument']).includes('cognito-identity'),
        )
        .flatMap((found) => {
          const rights = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
            .flatMap((type) => resourcesOf(stage, type))
            .filter(({ stack, properties }) =>
              listAt(resolved(stage, stack, properties), 'Roles').includes(
                `${found.stack}/${found.id}`,
              ),
            );
          const own = [
            ...listAt(found.properties, 'Policies'),
            ...listAt(found.properties, 'ManagedPolicyArns'),
          ];
          return unless(rights.length + own.length === 0, found, 'grants something to people');
        }),
  },
  {
    name: 'a workflow deploys from two environments of one repository',
    find: (stage) =>
      resourcesOf(stage, 'AWS::IAM::Role').flatMap((found) =>
        listAt(found.properties, 'AssumeRolePolicyDocument', 'Statement')
          .filter((statement) => textOf(statement).includes(WORKFLOW_TOKENS))
          .flatMap((statement) => {
            const { pipeline, stage: name } = stage.settings;
            const wanted = {
              StringEquals: {
                [`${WORKFLOW_TOKENS}:aud`]: 'sts.amazonaws.com',
                [`${WORKFLOW_TOKENS}:sub`]: [name, `${name}-migrations`].map(
                  (environment) => `repo:${pipeline?.repository ?? ''}:environment:${environment}`,
                ),
              },
            };
            return unless(
              isDeepStrictEqual(at(statement, 'Condition'), wanted),
              found,
              'may be taken by other workflows',
            );
          }),
      ),
  },
];
