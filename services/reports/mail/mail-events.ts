import { withoutHiddenCharacters } from '@ordercast/contract/hidden-characters.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { takeOff } from '../schedule/schedule-store.ts';
import { findMail, findMailByMessageId, markReturned, noteOnMail } from './mail-store.ts';
import { MAIL_TAG } from './mail-tags.ts';
import type { RunMail } from './run-mail.ts';

const text = z.string();
const mailFacts = z.object({
  messageId: text,
  tags: z.record(text, z.array(text)).optional(),
});
/** The parts of SES's events that matter here: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html. */
const eventSchema = z.object({
  detail: z.discriminatedUnion('eventType', [
    z.object({
      eventType: z.literal('Bounce'),
      mail: mailFacts,
      bounce: z.object({
        bounceType: z.enum(['Permanent', 'Transient', 'Undetermined']),
        bounceSubType: text.optional(),
        bouncedRecipients: z.array(z.object({ diagnosticCode: text.optional() })),
      }),
    }),
    z.object({
      eventType: z.literal('Complaint'),
      mail: mailFacts,
      complaint: z.object({ complaintFeedbackType: text.nullish() }),
    }),
  ]),
});
type Detail = z.infer<typeof eventSchema>['detail'];

/**
 * Takes what EventBridge brings of SES's events. A bounce for good and a complaint take the mail's address off every schedule, with the reason,
 * and mark the mail; a bounce that may pass is noted with the mail. The same event twice, or one of a mail that is not ours, changes
 * nothing. What is no such event is logged and dropped: to try it again would not make it one. Rejects where the database cannot serve,
 * so that the event is brought again.
 */
export function createMailEventsHandler({
  database,
  clock,
  log,
}: {
  database: Knex;
  /** Epoch ms. */
  clock: () => number;
  log: Logger;
}): (event: unknown) => Promise<void> {
  return async (event) => {
    const read = eventSchema.safeParse(event);
    if (!read.success) {
      // Where it is wrong, not what it holds: that may be somebody's address.
      const faults = read.error.issues.map(({ path }) => path.join('.'));
      log.error({ faults }, 'an event of SES that cannot be read');
      return;
    }
    const { detail } = read.data;
    const { messageId } = detail.mail;
    const mail = await mailOf(database, detail);
    if (mail === undefined) {
      log.info({ messageId }, 'an event of a mail that is not ours');
      return;
    }
    const { address, id, runId } = mail;
    const { status, reason } = whatCameBack(detail);
    log.warn({ messageId, mailId: id, runId, status }, 'a mail came back');
    if (status === 'may arrive') {
      await noteOnMail(database, id, reason);
      return;
    }
    const now = clock();
    await takeOff(database, { address, state: status, reason, at: now });
    await markReturned(database, id, { status, reason, now });
  };
}

/** By its tag where it came back before its sender wrote what SES called it. */
async function mailOf(db: Knex, { mail }: Detail): Promise<RunMail | undefined> {
  const byId = await findMailByMessageId(db, mail.messageId);
  const tagged = mail.tags?.[MAIL_TAG]?.[0];
  return byId ?? (tagged === undefined ? undefined : await findMail(db, tagged));
}

function whatCameBack(detail: Detail): {
  status: 'bounced' | 'complained' | 'may arrive';
  reason: string;
} {
  if (detail.eventType === 'Complaint') {
    const why = plain(detail.complaint.complaintFeedbackType ?? 'no reason given');
    return { status: 'complained', reason: `The recipient complained of the mail (${why}).` };
  }
  const { bounceType, bounceSubType, bouncedRecipients } = detail.bounce;
  const why = plain(bouncedRecipients[0]?.diagnosticCode ?? bounceSubType ?? 'no reason given');
  return bounceType === 'Permanent'
    ? { status: 'bounced', reason: `The mail came back for good: ${why}` }
    : { status: 'may arrive', reason: `The mail bounced for now: ${why}` };
}

/** The other mail server wrote it. */
function plain(said: string): string {
  return withoutHiddenCharacters(said.toWellFormed());
}
