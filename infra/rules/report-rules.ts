import { isDeepStrictEqual } from 'node:util';
import { LINK_ROUTE } from '../constructs/order-api.ts';
import { domainOf } from '../settings/stage-settings.ts';
import { statementsOf } from './access-rules.ts';
import { at, isRecord, listAt, resolved, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { Found, JudgedStage, Rule } from './judged-stage.ts';

const STACK = 'reports';
/** SES developer guide, "Monitoring SES events using Amazon EventBridge", and its API's `EventType`. */
const FATES = [
  'Email Bounced',
  'Email Complaint Received',
  'Email Rejected',
  'Email Delivery Delayed',
];
const SENDING_EVENTS = ['bounce', 'complaint', 'reject', 'deliveryDelay'];
/** API Gateway's integration waits for 29 s. */
const GATEWAY_LIMIT_S = 29;
const MINUTE_S = 60;

function ofStack(stage: JudgedStage, type: string): Found[] {
  return resourcesOf(stage, type).filter(({ stack }) => stack === STACK);
}

/** Properties with every reference resolved. */
function whole(stage: JudgedStage, { stack, properties }: Found): unknown {
  return resolved(stage, stack, properties);
}

function handlerOf(stage: JudgedStage, name: string): Found | undefined {
  return ofStack(stage, 'AWS::Lambda::Function').find(
    ({ properties }) => properties['Handler'] === `lambda.${name}`,
  );
}

const nameOf = ({ stack, id }: Found) => `${stack}/${id}`;

function family(stage: JudgedStage): Found | undefined {
  return ofStack(stage, 'AWS::ECS::TaskDefinition')[0];
}

function variablesOf(found: Found): Record<string, unknown> {
  const variables = at(found.properties, 'Environment', 'Variables');
  return isRecord(variables) ? variables : {};
}

/** One sentence where something that must be there is not. */
const missing = (isThere: boolean, text: string) => (isThere ? [] : [`${STACK}: ${text}`]);

export const reportRules: readonly Rule[] = [
  {
    name: 'files of reports are kept for as long as the stage says, their halves for a day, and who reads them is noted',
    find: (stage) => {
      const buckets = ofStack(stage, 'AWS::S3::Bucket');
      const files = buckets.filter(
        ({ properties }) => properties['LoggingConfiguration'] !== undefined,
      );
      return [
        ...missing(files.length === 1, 'nobody notes who reads files of reports'),
        ...files.flatMap((found) => {
          const rules = listAt(found.properties, 'LifecycleConfiguration', 'Rules');
          const isKept = rules.some(
            (rule) =>
              at(rule, 'Prefix') === 'reports/' &&
              at(rule, 'Status') === 'Enabled' &&
              at(rule, 'ExpirationInDays') === stage.settings.reports.keepDays,
          );
          const ends = rules.some(
            (rule) => at(rule, 'AbortIncompleteMultipartUpload', 'DaysAfterInitiation') === 1,
          );
          return [
            ...unless(isKept, found, 'keeps files for another time than the stage says'),
            ...unless(ends, found, 'keeps the parts of uploads that were cut off'),
            ...unless(
              found.properties['VersioningConfiguration'] === undefined,
              found,
              'keeps what was deleted',
            ),
          ];
        }),
      ];
    },
  },
  {
    name: 'links of mails are limited, and nothing else of reports is open',
    find: (stage) => {
      const routes = resourcesOf(stage, 'AWS::ApiGatewayV2::Route');
      const links = routes.filter(({ properties }) => properties['RouteKey'] === LINK_ROUTE);
      const stages = resourcesOf(stage, 'AWS::ApiGatewayV2::Stage').filter(
        ({ properties }) => properties['StageName'] === '$default',
      );
      return [
        ...missing(links.length === 1, `there is no route ${LINK_ROUTE}`),
        ...routes
          .filter(({ properties }) => /\/report/.test(textOf(properties['RouteKey'])))
          .flatMap((route) =>
            unless(
              (route.properties['AuthorizationType'] === 'JWT') !== links.includes(route),
              route,
              'is open, or asks for a token where nobody has one',
            ),
          ),
        ...stages.flatMap((found) =>
          unless(
            Number(at(found.properties, 'RouteSettings', LINK_ROUTE, 'ThrottlingRateLimit')) > 0 &&
              Number(at(found.properties, 'RouteSettings', LINK_ROUTE, 'ThrottlingBurstLimit')) > 0,
            found,
            'does not limit links of mails',
          ),
        ),
      ];
    },
  },
  {
    name: 'the routes of reports lead to a function that is there, lets the API call it, and ends before the API gives up',
    find: (stage) => {
      const api = handlerOf(stage, 'api');
      const integrations = resourcesOf(stage, 'AWS::ApiGatewayV2::Integration').filter(
        ({ stack, properties }) =>
          stack === 'services' && properties['IntegrationType'] === 'AWS_PROXY',
      );
      const permitted = ofStack(stage, 'AWS::Lambda::Permission')
        .map((found) => whole(stage, found))
        .some(
          (one) =>
            at(one, 'Principal') === 'apigateway.amazonaws.com' &&
            at(one, 'FunctionName') === `${api === undefined ? '' : nameOf(api)}.Arn` &&
            textOf(at(one, 'SourceArn')).includes(':services/OrdersApi'),
        );
      const own = textOf(api?.properties['FunctionName']);
      return [
        ...missing(integrations.length > 0, 'no route leads to its function'),
        ...missing(permitted, 'the HTTP API may not call its function, or another API may'),
        ...integrations.flatMap((found) => [
          ...unless(
            textOf(at(whole(stage, found), 'IntegrationUri')).endsWith(`:function:${own}`),
            found,
            'leads to a function that is not there',
          ),
          ...unless(
            found.properties['PayloadFormatVersion'] === '2.0',
            found,
            'speaks the old way',
          ),
        ]),
        ...(api === undefined
          ? []
          : unless(
              Number(api.properties['Timeout']) < GATEWAY_LIMIT_S,
              api,
              'may run for longer than the API waits',
            )),
      ];
    },
  },
  {
    name: 'who starts reports by the clock starts ours, for our schedules, and can do nothing else',
    find: (stage) => {
      const task = family(stage);
      const run = handlerOf(stage, 'run');
      const roles = ofStack(stage, 'AWS::IAM::Role').filter(({ properties }) =>
        textOf(properties['AssumeRolePolicyDocument']).includes('scheduler.amazonaws.com'),
      );
      const [group] = ofStack(stage, 'AWS::Scheduler::ScheduleGroup');
      const definition = `:task-definition/${textOf(task?.properties['Family'])}`;
      const wanted: Readonly<Record<string, (resource: string) => boolean>> = {
        'lambda:InvokeFunction': (resource) =>
          resource.endsWith(`:function:${textOf(run?.properties['FunctionName'])}`),
        'ecs:RunTask': (resource) => resource.replace(/:\*$/, '').endsWith(definition),
        'iam:PassRole': (resource) => isRoleOf(stage, task, resource),
        'sqs:SendMessage': (resource) => resource.startsWith(`${STACK}/SchedulesDeadLetters`),
      };
      return [
        ...missing(roles.length === 1, 'there is not one role of schedules'),
        ...roles.flatMap((role) => {
          const [trust] = listAt(whole(stage, role), 'AssumeRolePolicyDocument', 'Statement');
          const statements = statementsOf(stage).filter(({ found }) =>
            listAt(whole(stage, found), 'Roles').includes(nameOf(role)),
          );
          const granted = statements.flatMap(({ actions }) => actions).sort();
          return [
            ...unless(
              isDeepStrictEqual(at(trust, 'Condition', 'StringEquals'), {
                'aws:SourceAccount': 'AWS::AccountId',
                'aws:SourceArn': `${group === undefined ? '' : nameOf(group)}.Arn`,
              }),
              role,
              'is taken by schedules of others',
            ),
            ...unless(
              isDeepStrictEqual(granted, Object.keys(wanted).sort()),
              role,
              `may do ${granted.join()}`,
            ),
            ...statements.flatMap(({ actions, resources }) =>
              actions.flatMap((action) =>
                unless(
                  resources.every((resource) => wanted[action]?.(resource) === true),
                  role,
                  `may ${action} ${resources.join()}`,
                ),
              ),
            ),
          ];
        }),
      ];
    },
  },
  {
    name: 'a role is handed on to the service that it is for, and a task is started in our cluster alone',
    find: (stage) =>
      ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
        .flatMap((type) => resourcesOf(stage, type))
        .flatMap((found) =>
          listAt(whole(stage, found), 'PolicyDocument', 'Statement').flatMap((statement) => {
            const actions = [at(statement, 'Action')].flat().map(textOf);
            const condition = at(statement, 'Condition');
            return [
              ...unless(
                !actions.includes('iam:PassRole') ||
                  /^(ecs-tasks|scheduler)\.amazonaws\.com$/.test(
                    textOf(at(condition, 'StringEquals', 'iam:PassedToService')),
                  ),
                found,
                'hands roles on to any service',
              ),
              ...unless(
                !actions.includes('ecs:RunTask') ||
                  textOf(at(condition, 'ArnEquals', 'ecs:cluster')).startsWith(
                    'migrations/Cluster',
                  ),
                found,
                'starts tasks in any cluster',
              ),
            ];
          }),
        ),
  },
  {
    name: 'what reports are told to start, to open and to write to is there',
    find: (stage) => {
      const task = family(stage);
      const [container] = listAt(task?.properties, 'ContainerDefinitions');
      const run = handlerOf(stage, 'run');
      const [bucket] = ofStack(stage, 'AWS::S3::Bucket').filter(
        ({ properties }) => properties['LoggingConfiguration'] !== undefined,
      );
      const [set] = ofStack(stage, 'AWS::SES::ConfigurationSet');
      const families = textOf(task?.properties['Family']);
      const functionName = textOf(run?.properties['FunctionName']);
      const common: Readonly<Record<string, RegExp>> = {
        DATABASE_SECRET_ID: /^data\/DatabaseReports/,
        REPORTS_BUCKET: exactly(bucket === undefined ? '' : nameOf(bucket)),
        REPORTS_CONFIGURATION_SET: exactly(textOf(set?.properties['Name'])),
        REPORTS_LINK_SECRET_ID: /^data\/LinkSecret/,
        REPORTS_MAIL_FROM: exactly(stage.settings.reports.mailFrom),
      };
      const toStart: Readonly<Record<string, RegExp>> = {
        REPORTS_CLUSTER: /^migrations\/Cluster[0-9A-F]+$/,
        REPORTS_CONTAINER: exactly(textOf(at(container, 'Name'))),
        REPORTS_FUNCTION: exactly(functionName),
        REPORTS_SCHEDULE_CLUSTER_ARN: /^migrations\/Cluster[0-9A-F]+\.Arn$/,
        REPORTS_SCHEDULE_DEAD_LETTER_ARN: /^reports\/SchedulesDeadLetters[0-9A-F]+\.Arn$/,
        REPORTS_SCHEDULE_FUNCTION_ARN: new RegExp(`:function:${functionName}$`),
        REPORTS_SCHEDULE_GROUP: /^(reports\/SchedulesGroup\w+|ordercast-\w+-reports)$/,
        REPORTS_SCHEDULE_ROLE_ARN: /^reports\/SchedulesRole[0-9A-F]+\.Arn$/,
        REPORTS_SECURITY_GROUP: /^network\/NetworkReports[0-9A-F]+\.GroupId$/,
        REPORTS_SUBNETS: /^(network\/NetworkVpcprogramsSubnet\dSubnet[0-9A-F]+,?){2,3}$/,
        REPORTS_TASK_DEFINITION: new RegExp(`:task-definition/${families}$`),
      };
      const judge = (found: Found, variables: unknown, wanted: Record<string, RegExp>) =>
        Object.entries(wanted).flatMap(([name, form]) => {
          const value = textOf(resolved(stage, found.stack, at(variables, name)));
          return unless(form.test(value), found, `is told ${name}=${value}`);
        });
      return [
        ...ofStack(stage, 'AWS::Lambda::Function').flatMap((found) =>
          judge(found, variablesOf(found), { ...common, ...toStart }),
        ),
        ...missing(task !== undefined, 'there is no task of heavy runs'),
        ...(task === undefined
          ? []
          : judge(
              task,
              Object.fromEntries(
                listAt(container, 'Environment').map((one) => [
                  textOf(at(one, 'Name')),
                  at(one, 'Value'),
                ]),
              ),
              common,
            )),
      ];
    },
  },
  {
    name: 'runs and mails are looked after each minute, by one at a time',
    find: (stage) => {
      const keep = handlerOf(stage, 'keep');
      const target = keep === undefined ? '' : `${nameOf(keep)}.Arn`;
      const rule = ofStack(stage, 'AWS::Events::Rule').find((found) =>
        listAt(whole(stage, found), 'Targets').some((one) => at(one, 'Arn') === target),
      );
      return [
        ...missing(
          rule?.properties['ScheduleExpression'] === 'rate(1 minute)' &&
            rule.properties['State'] === 'ENABLED',
          'nobody looks after runs each minute',
        ),
        ...(keep === undefined
          ? []
          : unless(
              Number(keep.properties['Timeout']) < MINUTE_S,
              keep,
              'may meet itself in the next minute',
            )),
      ];
    },
  },
  {
    name: 'what is called without waiting keeps what it could not do',
    find: (stage) =>
      ['run', 'mailEvents'].flatMap((name) => {
        const handler = handlerOf(stage, name);
        if (handler === undefined) return [`${STACK}: there is no ${name}`];
        const keeps = ofStack(stage, 'AWS::Lambda::EventInvokeConfig').some((found) => {
          const config = whole(stage, found);
          return (
            at(config, 'FunctionName') === nameOf(handler) &&
            textOf(at(config, 'DestinationConfig', 'OnFailure', 'Destination')).includes(
              'DeadLetters',
            )
          );
        });
        return unless(keeps, handler, 'loses what it could not do');
      }),
  },
  {
    name: 'what became of a mail is told, of our mails alone, and a task that never started is noticed',
    find: (stage) => {
      const [set] = ofStack(stage, 'AWS::SES::ConfigurationSet');
      const handler = handlerOf(stage, 'mailEvents');
      const rules = ofStack(stage, 'AWS::Events::Rule');
      const bySource = (source: string) =>
        rules.filter(
          ({ properties }) => listAt(properties, 'EventPattern', 'source').join() === source,
        );
      const [fates, ...others] = bySource('aws.ses');
      const [notStarted] = bySource('aws.ecs');
      const detail = at(notStarted?.properties, 'EventPattern', 'detail');
      return [
        ...missing(fates !== undefined && others.length === 0, 'nobody hears of mails'),
        ...(fates === undefined
          ? []
          : [
              ...unless(
                listAt(fates.properties, 'EventPattern', 'detail-type').join() === FATES.join(),
                fates,
                'does not know what SES calls the fates of a mail',
              ),
              ...unless(
                listAt(
                  fates.properties,
                  ...['EventPattern', 'detail', 'mail', 'tags', 'ses:configuration-set'],
                ).join() === textOf(set?.properties['Name']),
                fates,
                'hears of mails of others',
              ),
              ...listAt(whole(stage, fates), 'Targets').flatMap((target) =>
                unless(
                  at(target, 'Arn') === `${handler === undefined ? '' : nameOf(handler)}.Arn` &&
                    textOf(at(target, 'DeadLetterConfig', 'Arn')).includes('DeadLetters'),
                  fates,
                  'tells somebody else, or loses what it cannot tell',
                ),
              ),
            ]),
        ...missing(
          listAt(notStarted?.properties, 'EventPattern', 'detail-type').join() ===
            'ECS Task State Change' &&
            listAt(detail, 'stopCode').join() === 'TaskFailedToStart' &&
            listAt(detail, 'lastStatus').join() === 'STOPPED' &&
            listAt(detail, 'group').join() ===
              `family:${textOf(family(stage)?.properties['Family'])}`,
          'nobody hears of a task that never started',
        ),
      ];
    },
  },
  {
    name: 'mails go out over TLS, are counted, and their fates reach the bus that the rule listens to',
    find: (stage) => {
      const sets = ofStack(stage, 'AWS::SES::ConfigurationSet');
      const destinations = ofStack(stage, 'AWS::SES::ConfigurationSetEventDestination');
      return [
        ...missing(sets.length === 1 && destinations.length === 1, 'mails have no rules'),
        ...sets.flatMap(({ properties, ...found }) => [
          ...unless(
            at(properties, 'DeliveryOptions', 'TlsPolicy') === 'REQUIRE',
            found,
            'sends figures to servers that cannot encrypt',
          ),
          ...unless(
            at(properties, 'ReputationOptions', 'ReputationMetricsEnabled') === true,
            found,
            'has no rates of bounces and complaints for its alarms',
          ),
          ...unless(
            listAt(properties, 'SuppressionOptions', 'SuppressedReasons').join() ===
              'BOUNCE,COMPLAINT',
            found,
            'sends again to who has bounced or complained',
          ),
        ]),
        ...destinations.flatMap((found) => {
          const destination = at(whole(stage, found), 'EventDestination');
          return unless(
            at(destination, 'Enabled') === true &&
              listAt(destination, 'MatchingEventTypes').join() === SENDING_EVENTS.join() &&
              /:event-bus\/default$/.test(
                textOf(at(destination, 'EventBridgeDestination', 'EventBusArn')),
              ),
            found,
            'does not tell what the rule waits for',
          );
        }),
      ];
    },
  },
  {
    name: 'mails come from an address that is proved',
    find: (stage) => {
      const { domain, reports } = stage.settings;
      const identities = ofStack(stage, 'AWS::SES::EmailIdentity');
      const records = ofStack(stage, 'AWS::Route53::RecordSet').map((found) => whole(stage, found));
      const dkim = records.filter(
        (record) =>
          at(record, 'Type') === 'CNAME' &&
          /^reports\/MailSender[0-9A-F]+\.DkimDNSTokenName\d$/.test(textOf(at(record, 'Name'))),
      );
      const policy = records.find(
        (record) => at(record, 'Name') === `_dmarc.${domainOf(reports.mailFrom)}`,
      );
      const wanted = domain === undefined ? reports.mailFrom : domainOf(reports.mailFrom);
      return [
        ...missing(identities.length === 1, 'there is not one sender'),
        ...identities.flatMap((found) =>
          unless(
            found.properties['EmailIdentity'] === wanted,
            found,
            `is not the sender's, ${wanted}`,
          ),
        ),
        ...missing(
          domain === undefined || (dkim.length === 3 && policy !== undefined),
          'the zone does not prove that mails are ours',
        ),
      ];
    },
  },
  {
    name: 'links have a key before anybody signs one',
    find: (stage) =>
      resourcesOf(stage, 'AWS::SecretsManager::RotationSchedule')
        .filter((found) =>
          textOf(at(whole(stage, found), 'SecretId')).startsWith('data/LinkSecret'),
        )
        .flatMap((found) =>
          unless(
            found.properties['RotateImmediatelyOnUpdate'] === true,
            found,
            'makes the first key next Sunday',
          ),
        ),
  },
];

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.\\+*?^$(){}|[\]]/g, String.raw`\$&`)}$`);
}

/** Whether a right names one of the two roles that a task has. */
function isRoleOf(stage: JudgedStage, task: Found | undefined, resource: string): boolean {
  if (task === undefined) return false;
  const roles = ['TaskRoleArn', 'ExecutionRoleArn'].map((name) => at(whole(stage, task), name));
  return roles.includes(resource);
}
