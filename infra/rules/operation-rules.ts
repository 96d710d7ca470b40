import { at, jsonOf, listAt, resolved, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { JudgedStage, Rule } from './judged-stage.ts';

const alarms = (stage: JudgedStage) => resourcesOf(stage, 'AWS::CloudWatch::Alarm');

/** Headers that the page must be served with, as `local/single-page-app.ts` does. */
export const PAGE_HEADERS = [
  'Content-Security-Policy',
  'Cross-Origin-Opener-Policy',
  'Permissions-Policy',
  'Referrer-Policy',
  'Strict-Transport-Security',
  'X-Content-Type-Options',
  'X-Frame-Options',
] as const;

export const operationRules: readonly Rule[] = [
  {
    name: 'every alarm is sent, and says where to read on',
    find: (stage) => {
      const topics = resourcesOf(stage, 'AWS::SNS::Topic').map(({ stack, id }) => `${stack}/${id}`);
      return alarms(stage).flatMap((found) => {
        const actions = listAt(resolved(stage, found.stack, found.properties), 'AlarmActions').map(
          textOf,
        );
        return [
          ...unless(
            actions.length > 0 && actions.every((action) => topics.includes(action)),
            found,
            'wakes nobody',
          ),
          ...unless(
            /^docs\/runbook\.md#[a-z-]+$/.test(textOf(found.properties['AlarmDescription'])),
            found,
            'names no article of the runbook',
          ),
          ...unless(found.properties['ActionsEnabled'] !== false, found, 'is switched off'),
          ...unless(
            Number(found.properties['DatapointsToAlarm'] ?? 1) <=
              Number(found.properties['EvaluationPeriods']),
            found,
            'asks for more bad periods than it looks at',
          ),
        ];
      });
    },
  },
  {
    name: 'an alarm can get into the topic, through its key too, and out to somebody',
    find: (stage) =>
      resourcesOf(stage, 'AWS::SNS::Topic').flatMap((found) => {
        const name = `${found.stack}/${found.id}`;
        const keyName = textOf(resolved(stage, found.stack, found.properties['KmsMasterKeyId']));
        const key = resourcesOf(stage, 'AWS::KMS::Key').find(({ stack, id }) =>
          keyName.startsWith(`${stack}/${id}`),
        );
        const keyStatements = listAt(key?.properties, 'KeyPolicy', 'Statement').map(textOf);
        const opens = keyStatements.some(
          (text) =>
            text.includes('"cloudwatch.amazonaws.com"') &&
            text.includes('kms:Decrypt') &&
            text.includes('kms:GenerateDataKey'),
        );
        const policies = resourcesOf(stage, 'AWS::SNS::TopicPolicy')
          .map(({ stack, properties }) => textOf(resolved(stage, stack, properties)))
          .filter((text) => text.includes(name));
        const subscriptions = resourcesOf(stage, 'AWS::SNS::Subscription').filter(
          ({ stack, properties }) => resolved(stage, stack, properties['TopicArn']) === name,
        );
        return [
          ...unless(
            key !== undefined && opens,
            found,
            "its key does not let CloudWatch's messages in",
          ),
          ...unless(
            policies.some(
              (text) => text.includes('"cloudwatch.amazonaws.com"') && text.includes('sns:Publish'),
            ),
            found,
            'does not let CloudWatch publish',
          ),
          ...unless(subscriptions.length > 0, found, 'goes to nobody'),
        ];
      }),
  },
  {
    name: 'the dashboard is JSON with widgets on it',
    find: (stage) =>
      resourcesOf(stage, 'AWS::CloudWatch::Dashboard').flatMap((found) => {
        const body = jsonOf(
          textOf(resolved(stage, found.stack, found.properties['DashboardBody'])),
        );
        return unless(listAt(body, 'widgets').length > 0, found, 'shows nothing');
      }),
  },
  {
    name: 'the page is served with its headers, its own paths lead to it, and its builds find their files',
    find: (stage) =>
      resourcesOf(stage, 'AWS::Amplify::App').flatMap((found) => {
        const headers = textOf(found.properties['CustomHeaders'] ?? '');
        const rules = listAt(found.properties, 'CustomRules');
        const specification = found.properties['BuildSpec'];
        return [
          ...PAGE_HEADERS.flatMap((name) =>
            unless(headers.includes(`key: '${name}'`), found, `sends no ${name}`),
          ),
          ...unless(
            /^customHeaders:\n {2}- pattern: /.test(headers),
            found,
            'its headers are no list of patterns',
          ),
          ...unless(!headers.includes("'unsafe-"), found, 'lets pages run anything'),
          ...unless(
            rules.some(
              (rule) => at(rule, 'Target') === '/index.html' && at(rule, 'Status') === '200',
            ),
            found,
            'answers its own paths with an error or another address',
          ),
          ...unless(
            specification === undefined || /^version: 1\nfrontend:\n/.test(textOf(specification)),
            found,
            'its build specification is none',
          ),
        ];
      }),
  },
];
