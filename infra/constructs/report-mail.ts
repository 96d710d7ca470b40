import { Duration, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import {
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { domainOf } from '../settings/stage-settings.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { BundledFunction } from './bundled-function.ts';
import { DeadLetters } from './dead-letters.ts';
import { asFound, explain } from './explain.ts';
import { putAside } from './report-functions.ts';

/** What SES tells of a mail, as its configuration set names it and as EventBridge does (SES developer guide, "Monitoring SES events using Amazon EventBridge"). */
export const MAIL_EVENTS = [
  { sending: EmailSendingEvent.BOUNCE, detailType: 'Email Bounced' },
  { sending: EmailSendingEvent.COMPLAINT, detailType: 'Email Complaint Received' },
  { sending: EmailSendingEvent.REJECT, detailType: 'Email Rejected' },
  { sending: EmailSendingEvent.DELIVERY_DELAY, detailType: 'Email Delivery Delayed' },
] as const;
/** At which SES begins to look at an account (SES developer guide, "Reputation dashboard"). */
const MOST_BOUNCES = 0.05;
const MOST_COMPLAINTS = 0.001;
const RECORD_SECONDS = '1800';

/** Who sends mails of reports, by what rules, and who is told what became of them. */
export class ReportMail extends Construct {
  /** Sender of all mails. */
  readonly from: string;
  readonly configurationSetName: string;

  readonly #identity: EmailIdentity;
  readonly #deadLetters: DeadLetters;
  readonly #hasDomain: boolean;

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    this.from = settings.reports.mailFrom;
    this.configurationSetName = `ordercast-${settings.stage}-reports`;
    this.#hasDomain = settings.domain !== undefined;
    const set = new ConfigurationSet(this, 'Set', {
      configurationSetName: this.configurationSetName,
      // A mail shows figures of the shop: to a server that cannot encrypt it is not sent.
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    set.addEventDestination('Events', {
      destination: EventDestination.eventBus(
        EventBus.fromEventBusName(this, 'DefaultBus', 'default'),
      ),
      events: MAIL_EVENTS.map(({ sending }) => sending),
    });
    this.#identity = new EmailIdentity(this, 'Sender', {
      identity: this.#hasDomain ? Identity.domain(domainOf(this.from)) : Identity.email(this.from),
      configurationSet: set,
    });
    if (settings.domain !== undefined) this.#prove(settings.domain);
    this.#deadLetters = new DeadLetters(this, 'DeadLetters', 'a rule and its function');
  }

  /** `handler` is told what became of a mail; what it cannot take is put aside. */
  tell(handler: BundledFunction): void {
    new Rule(this, 'Fate', {
      description: 'A mail of a report that came back, was complained of, refused or is late',
      eventPattern: {
        source: ['aws.ses'],
        detailType: MAIL_EVENTS.map(({ detailType }) => detailType),
        // Mails of another stage of this account are none of ours.
        detail: { mail: { tags: { 'ses:configuration-set': [this.configurationSetName] } } },
      },
      targets: [new LambdaFunction(handler, { deadLetterQueue: this.#deadLetters })],
    });
    putAside(handler, this.#deadLetters);
  }

  /** To send from this sender by this set. */
  grantSend(role: IRole): void {
    const { partition, region, account } = Stack.of(this);
    const every = `arn:${partition}:ses:${region}:${account}:identity/*`;
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['ses:SendEmail'],
        resources: [
          this.#hasDomain ? this.#identity.emailIdentityArn : every,
          `arn:${partition}:ses:${region}:${account}:configuration-set/${this.configurationSetName}`,
        ],
        conditions: { StringEquals: { 'ses:FromAddress': this.from } },
      }),
    );
    if (this.#hasDomain) return;
    explain(
      role,
      `IAM5[Resource::${asFound(this, every)}]`,
      'in the sandbox SES asks for a right on recipients, too; whatever the identity, the sender is the one address',
    );
  }

  get alarms(): AlarmSpec[] {
    const rate = (metricName: string) =>
      new Metric({
        namespace: 'AWS/SES',
        metricName,
        statistic: 'max',
        period: Duration.hours(1),
        dimensionsMap: { 'ses:configuration-set': this.configurationSetName },
      });
    return [
      {
        article: 'mail-reputation',
        of: 'bounces',
        metric: rate('Reputation.BounceRate'),
        threshold: MOST_BOUNCES,
      },
      {
        article: 'mail-reputation',
        of: 'complaints',
        metric: rate('Reputation.ComplaintRate'),
        threshold: MOST_COMPLAINTS,
      },
      this.#deadLetters.alarm({ article: 'mail-events-lost' }),
    ];
  }

  /** Records by which the world knows that mails of the domain are ours, and refuses others. */
  #prove({ hostedZoneId }: NonNullable<StageSettings['domain']>): void {
    const record = (id: string, type: string, name: string, value: string) =>
      new CfnRecordSet(this, id, {
        hostedZoneId,
        name,
        type,
        ttl: RECORD_SECONDS,
        resourceRecords: [value],
      });
    this.#identity.dkimRecords.forEach(({ name, value }, index) => {
      record(`Dkim${index + 1}`, 'CNAME', name, value);
    });
    record('Dmarc', 'TXT', `_dmarc.${domainOf(this.from)}`, '"v=DMARC1; p=reject; adkim=s"');
  }
}
