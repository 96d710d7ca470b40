import { domainOf } from '../settings/stage-settings.ts';
import {
  missing,
  referenceOf,
  reportHandler,
  reportResources,
  reportTask,
  whole,
} from './found-reports.ts';
import { at, listAt, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { Rule } from './judged-stage.ts';

/** SES developer guide, "Monitoring SES events using Amazon EventBridge", and its API's `EventType`. */
const FATES = [
  'Email Bounced',
  'Email Complaint Received',
  'Email Rejected',
  'Email Delivery Delayed',
];
const SENDING_EVENTS = ['bounce', 'complaint', 'reject', 'deliveryDelay'];

export const reportMailRules: readonly Rule[] = [
  {
    name: 'what became of a mail is told, of our mails alone, and a task that never started is noticed',
    find: (stage) => {
      const [set] = reportResources(stage, 'AWS::SES::ConfigurationSet');
      const handler = reportHandler(stage, 'mailEvents');
      const rules = reportResources(stage, 'AWS::Events::Rule');
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
                  at(target, 'Arn') === `${referenceOf(handler)}.Arn` &&
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
              `family:${textOf(reportTask(stage)?.properties['Family'])}`,
          'nobody hears of a task that never started',
        ),
      ];
    },
  },
  {
    name: 'mails go out over TLS, are counted, and their fates reach the bus that the rule listens to',
    find: (stage) => {
      const sets = reportResources(stage, 'AWS::SES::ConfigurationSet');
      const destinations = reportResources(stage, 'AWS::SES::ConfigurationSetEventDestination');
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
      const identities = reportResources(stage, 'AWS::SES::EmailIdentity');
      const records = reportResources(stage, 'AWS::Route53::RecordSet').map((found) =>
        whole(stage, found),
      );
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
