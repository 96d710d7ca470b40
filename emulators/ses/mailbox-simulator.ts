import { bareAddress } from './sent-email.ts';
import type { SentEmail } from './sent-email.ts';

interface MailFacts {
  timestamp: string;
  source: string;
  sourceArn: string;
  sendingAccountId: string;
  messageId: string;
  destination: string[];
  headersTruncated: boolean;
  headers: { name: string; value: string }[];
  commonHeaders: { from: string[]; to: string[]; messageId: string; subject: string };
  tags: Record<string, string[]>;
}

interface Bounce {
  bounceType: 'Permanent';
  bounceSubType: 'General';
  bouncedRecipients: {
    emailAddress: string;
    action: string;
    status: string;
    diagnosticCode: string;
  }[];
  timestamp: string;
  feedbackId: string;
  reportingMTA: string;
}

interface Complaint {
  complainedRecipients: { emailAddress: string }[];
  complaintFeedbackType: 'abuse';
  timestamp: string;
  feedbackId: string;
  userAgent: string;
}

/** What SES gives EventBridge about a mail that came back or was complained of. */
export interface SesEvent {
  version: '0';
  id: string;
  'detail-type': 'Email Bounced' | 'Email Complaint Received';
  source: 'aws.ses';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail:
    | { eventType: 'Bounce'; mail: MailFacts; bounce: Bounce }
    | { eventType: 'Complaint'; mail: MailFacts; complaint: Complaint };
}

const ACCOUNT = '000000000000';
const REGION = 'us-east-1';

/**
 * The events that SES's mailbox simulator makes of a mail: one for its `bounce@simulator.amazonses.com`, also as `bounce+label@`, and one for its
 * `complaint@`. As on AWS there are none for a mail without a configuration set.
 */
export function simulatedEvents(email: SentEmail, newId: () => string): SesEvent[] {
  if (email.configurationSet === undefined) return [];
  const bounced = recipientsOf(email, 'bounce');
  const complained = recipientsOf(email, 'complaint');
  const timestamp = new Date(email.sentAt).toISOString();
  const mail = mailFacts(email);
  const events: SesEvent[] = [];
  if (bounced.length > 0) {
    const bounce: Bounce = {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: bounced.map((emailAddress) => ({
        emailAddress,
        action: 'failed',
        status: '5.1.1',
        diagnosticCode: 'smtp; 550 5.1.1 user unknown',
      })),
      timestamp,
      feedbackId: newId(),
      reportingMTA: 'dsn; mailbox simulator',
    };
    const detail = { eventType: 'Bounce' as const, mail, bounce };
    events.push(eventOf(email, 'Email Bounced', detail, newId));
  }
  if (complained.length > 0) {
    const complaint: Complaint = {
      complainedRecipients: complained.map((emailAddress) => ({ emailAddress })),
      complaintFeedbackType: 'abuse',
      timestamp,
      feedbackId: newId(),
      userAgent: 'mailbox simulator',
    };
    const detail = { eventType: 'Complaint' as const, mail, complaint };
    events.push(eventOf(email, 'Email Complaint Received', detail, newId));
  }
  return events;
}

function eventOf(
  { configurationSet, sentAt }: SentEmail,
  type: SesEvent['detail-type'],
  detail: SesEvent['detail'],
  newId: () => string,
): SesEvent {
  return {
    version: '0',
    id: newId(),
    'detail-type': type,
    source: 'aws.ses',
    account: ACCOUNT,
    time: new Date(sentAt).toISOString().replace(/\.\d+/, ''),
    region: REGION,
    resources: [`arn:aws:ses:${REGION}:${ACCOUNT}:configuration-set/${configurationSet ?? ''}`],
    detail,
  };
}

function recipientsOf({ to, cc, bcc }: SentEmail, kind: 'bounce' | 'complaint'): string[] {
  const pattern = new RegExp(`^${kind}(\\+[^@]*)?@simulator\\.amazonses\\.com$`, 'i');
  return [...to, ...cc, ...bcc].map(bareAddress).filter((address) => pattern.test(address));
}

function mailFacts(email: SentEmail): MailFacts {
  const { from, to, cc, bcc, subject, messageId, headers, tags } = email;
  return {
    timestamp: new Date(email.sentAt).toISOString(),
    source: from,
    sourceArn: `arn:aws:ses:${REGION}:${ACCOUNT}:identity/${bareAddress(from)}`,
    sendingAccountId: ACCOUNT,
    messageId,
    destination: [...to, ...cc, ...bcc].map(bareAddress),
    headersTruncated: false,
    headers: [
      { name: 'From', value: from },
      { name: 'To', value: to.join(', ') },
      { name: 'Subject', value: subject },
      ...headers,
    ],
    commonHeaders: { from: [from], to: [...to], messageId, subject },
    tags: {
      'ses:configuration-set': [email.configurationSet ?? ''],
      ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])),
    },
  };
}
