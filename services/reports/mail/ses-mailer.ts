import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { waitInBackground } from '@ordercast/platform/wait.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import type { ReportMail } from './report-mail.ts';
import { judgeFailedSend } from './send-fate.ts';
import type { FailedSend } from './send-fate.ts';

export interface Mailer {
  /** Asks SES once to send a mail, and never again by itself. Never rejects. */
  send: (
    mail: ReportMail,
    to: { address: string; tags: Readonly<Record<string, string>> },
  ) => Promise<SendOutcome>;
  close: () => void;
}

export type SendOutcome = { fate: 'sent'; messageId: string } | FailedSend;

/** A connection takes milliseconds in a Region: without one by then there is no way to SES. */
const CONNECT_DEADLINE_MS = 5_000;
/** SES answers in tenths of a second. */
export const SEND_DEADLINE_MS = 15_000;

/**
 * Sends mails through SES v2, as simple content: SES makes the MIME message, its encodings and its boundaries. The SDK's own retries are off,
 * since they would send a mail twice whose first answer was lost.
 */
export function createSesMailer(settings: {
  region: string;
  /** A stand-in for SES on this machine; left out on AWS. */
  endpoint?: string | undefined;
  /** `reports@example.com`, or `Ordercast <reports@example.com>`, of a verified identity. */
  from: string;
  /** Without one SES tells nothing of bounces and complaints. */
  configurationSet?: string | undefined;
  /** Measures how long an answer is waited for; by the machine's timers unless given. */
  wait?: Wait;
}): Mailer {
  const { region, endpoint, from, configurationSet, wait = waitInBackground } = settings;
  const client = new SESv2Client({
    region,
    requestHandler: { connectionTimeout: CONNECT_DEADLINE_MS },
    ...(endpoint !== undefined && standIn(endpoint)),
    maxAttempts: 1,
  });

  return {
    send: async (mail, { address, tags }) => {
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [address] },
        ConfigurationSetName: configurationSet,
        EmailTags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
        Content: { Simple: simpleContent(mail) },
      });
      const state = { hadBegun: false };
      // The last before the request itself: by then credentials are there, and it is signed.
      command.middlewareStack.add(
        (next) => (request) => {
          state.hadBegun = true;
          return next(request);
        },
        { step: 'deserialize', priority: 'low' },
      );
      const [answered, tooLate] = [new AbortController(), new AbortController()];
      void wait(SEND_DEADLINE_MS, answered.signal).then(() => tooLate.abort());
      try {
        const { MessageId } = await client.send(command, { abortSignal: tooLate.signal });
        if (MessageId !== undefined) return { fate: 'sent', messageId: MessageId };
        return judgeFailedSend(undefined, state);
      } catch (error) {
        return judgeFailedSend(error, state);
      } finally {
        answered.abort();
      }
    },
    close: () => client.destroy(),
  };
}

function simpleContent({ subject, html, text, headers }: ReportMail) {
  // Without a charset SES takes 7-bit ASCII alone.
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    Subject: utf8(subject),
    Body: { Text: utf8(text), Html: utf8(html) },
    Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
  };
}
