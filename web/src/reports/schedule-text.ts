import type { ExportPeriod, Recipient } from '@ordercast/contract/report-schedule.ts';

export const PERIOD_TEXT: Readonly<Record<ExportPeriod, string>> = {
  day: 'The day before',
  week: 'The week before, from Monday',
  month: 'The month before',
};

export const RECIPIENT_TEXT: Readonly<Record<Recipient['state'], string>> = {
  active: 'Gets mails',
  bounced: 'Bounced',
  complained: 'Marked as spam',
  unsubscribed: 'Unsubscribed',
};

/** Why somebody on the list gets no mails; undefined where they do. */
export const WHY_NO_MAILS: Readonly<Record<Recipient['state'], string | undefined>> = {
  active: undefined,
  bounced: 'A mail to this address came back, so it gets no more.',
  complained: 'The recipient marked a report as spam, so this address gets no more.',
  unsubscribed: 'The recipient unsubscribed.',
};
