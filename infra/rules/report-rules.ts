import { isDeepStrictEqual } from 'node:util';
import { LINK_ROUTE } from '../constructs/order-api.ts';
import { statementsOf } from './access-rules.ts';
import {
  REPORTS,
  missing,
  referenceOf,
  reportHandler,
  reportResources,
  reportTask,
  whole,
} from './found-reports.ts';
import { at, isRecord, listAt, resolved, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { Found, JudgedStage, Rule } from './judged-stage.ts';

/** API Gateway's integration waits for 29 s. */
const GATEWAY_LIMIT_S = 29;
const MINUTE_S = 60;

export const reportRules: readonly Rule[] = [
  {
    name: 'files of reports are kept for as long as the stage says, their halves for a day, and who reads them is noted',
    find: (stage) => {
      const buckets = reportResources(stage, 'AWS::S3::Bucket');
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
      const api = reportHandler(stage, 'api');
      const integrations = resourcesOf(stage, 'AWS::ApiGatewayV2::Integration').filter(
        ({ stack, properties }) =>
          stack === 'services' && properties['IntegrationType'] === 'AWS_PROXY',
      );
      const permitted = reportResources(stage, 'AWS::Lambda::Permission')
        .map((found) => whole(stage, found))
        .some(
          (one) =>
            at(one, 'Principal') === 'apigateway.amazonaws.com' &&
            at(one, 'FunctionName') === `${referenceOf(api)}.Arn` &&
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
      const task = reportTask(stage);
      const run = reportHandler(stage, 'run');
      const roles = reportResources(stage, 'AWS::IAM::Role').filter(({ properties }) =>
        textOf(properties['AssumeRolePolicyDocument']).includes('scheduler.amazonaws.com'),
      );
      const [group] = reportResources(stage, 'AWS::Scheduler::ScheduleGroup');
      const definition = `:task-definition/${textOf(task?.properties['Family'])}`;
      const wanted: Readonly<Record<string, (resource: string) => boolean>> = {
        'lambda:InvokeFunction': (resource) =>
          resource.endsWith(`:function:${textOf(run?.properties['FunctionName'])}`),
        'ecs:RunTask': (resource) => resource.replace(/:\*$/, '').endsWith(definition),
        'iam:PassRole': (resource) => isRoleOf(stage, task, resource),
        'sqs:SendMessage': (resource) => resource.startsWith(`${REPORTS}/SchedulesDeadLetters`),
      };
      return [
        ...missing(roles.length === 1, 'there is not one role of schedules'),
        ...roles.flatMap((role) => {
          const [trust] = listAt(whole(stage, role), 'AssumeRolePolicyDocument', 'Statement');
          const statements = statementsOf(stage).filter(({ found }) =>
            listAt(whole(stage, found), 'Roles').includes(referenceOf(role)),
          );
          const granted = statements.flatMap(({ actions }) => actions).sort();
          return [
            ...unless(
              isDeepStrictEqual(at(trust, 'Condition', 'StringEquals'), {
                'aws:SourceAccount': 'AWS::AccountId',
                'aws:SourceArn': `${referenceOf(group)}.Arn`,
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
      const task = reportTask(stage);
      const [container] = listAt(task?.properties, 'ContainerDefinitions');
      const run = reportHandler(stage, 'run');
      const [bucket] = reportResources(stage, 'AWS::S3::Bucket').filter(
        ({ properties }) => properties['LoggingConfiguration'] !== undefined,
      );
      const [set] = reportResources(stage, 'AWS::SES::ConfigurationSet');
      const families = textOf(task?.properties['Family']);
      const functionName = textOf(run?.properties['FunctionName']);
      const database = { DATABASE_SECRET_ID: /^data\/DatabaseReports/ };
      const files = {
        REPORTS_BUCKET: exactly(referenceOf(bucket)),
        // Its key is gone a week after it was made, or after the rotation that followed.
        REPORTS_LINK_DAYS: /^[1-6]$/,
        REPORTS_LINK_SECRET_ID: /^data\/LinkSecret/,
      };
      const mails = {
        REPORTS_CONFIGURATION_SET: exactly(textOf(set?.properties['Name'])),
        REPORTS_MAIL_FROM: exactly(stage.settings.reports.mailFrom),
      };
      const toStart = {
        REPORTS_CLUSTER: /^migrations\/Cluster[0-9A-F]+$/,
        REPORTS_CONTAINER: exactly(textOf(at(container, 'Name'))),
        REPORTS_FUNCTION: exactly(functionName),
        REPORTS_SECURITY_GROUP: /^network\/NetworkReports[0-9A-F]+\.GroupId$/,
        REPORTS_SUBNETS: /^(network\/NetworkVpcprogramsSubnet\dSubnet[0-9A-F]+,?){2,3}$/,
        REPORTS_TASK_DEFINITION: new RegExp(`:task-definition/${families}$`),
      };
      const schedules = {
        REPORTS_SCHEDULE_CLUSTER_ARN: /^migrations\/Cluster[0-9A-F]+\.Arn$/,
        REPORTS_SCHEDULE_DEAD_LETTER_ARN: /^reports\/SchedulesDeadLetters[0-9A-F]+\.Arn$/,
        REPORTS_SCHEDULE_FUNCTION_ARN: new RegExp(`:function:${functionName}$`),
        REPORTS_SCHEDULE_GROUP: /^(reports\/SchedulesGroup\w+|ordercast-\w+-reports)$/,
        REPORTS_SCHEDULE_ROLE_ARN: /^reports\/SchedulesRole[0-9A-F]+\.Arn$/,
      };
      const wantedBy = (handler: string): Readonly<Record<string, RegExp>> => {
        if (handler === 'lambda.mailEvents') return database;
        if (handler === 'lambda.api') return { ...database, ...files, ...toStart };
        const all = { ...database, ...files, ...mails, ...toStart };
        return handler === 'lambda.keep' ? { ...all, ...schedules } : all;
      };
      const judge = (found: Found, variables: unknown, wanted: Record<string, RegExp>) =>
        Object.entries(wanted).flatMap(([name, form]) => {
          const value = textOf(resolved(stage, found.stack, at(variables, name)));
          return unless(form.test(value), found, `is told ${name}=${value}`);
        });
      return [
        ...reportResources(stage, 'AWS::Lambda::Function').flatMap((found) =>
          judge(found, variablesOf(found), wantedBy(textOf(found.properties['Handler']))),
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
              { ...database, ...files, ...mails },
            )),
      ];
    },
  },
  {
    name: 'runs and mails are looked after each minute, by one at a time',
    find: (stage) => {
      const keep = reportHandler(stage, 'keep');
      const target = `${referenceOf(keep)}.Arn`;
      const rule = reportResources(stage, 'AWS::Events::Rule').find((found) =>
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
        const handler = reportHandler(stage, name);
        if (handler === undefined) return [`${REPORTS}: there is no ${name}`];
        const keeps = reportResources(stage, 'AWS::Lambda::EventInvokeConfig').some((found) => {
          const config = whole(stage, found);
          return (
            at(config, 'FunctionName') === referenceOf(handler) &&
            textOf(at(config, 'DestinationConfig', 'OnFailure', 'Destination')).includes(
              'DeadLetters',
            )
          );
        });
        return unless(keeps, handler, 'loses what it could not do');
      }),
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

function variablesOf(found: Found): Record<string, unknown> {
  const variables = at(found.properties, 'Environment', 'Variables');
  return isRecord(variables) ? variables : {};
}
