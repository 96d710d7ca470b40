import type { ReportMailStatus } from '@ordercast/contract/report.ts';

/** The mail of a run to one recipient; instants are epoch milliseconds. */
export interface RunMail {
  id: string;
  runId: string;
  /** As `recipientAddress` gives it. */
  address: string;
  status: ReportMailStatus;
  /** How often a process began to send it. */
  attempts: number;
  /** SES's; null before it took the mail. */
  messageId: string | null;
  /** In a sentence for people: why it is not sent, or what came back. */
  reason: string | null;
  /** When it is to be sent, or, while it is `sending`, when its process is given up; null: nothing is to be done. */
  dueAt: number | null;
  updatedAt: number;
}

/** The right to send a mail once; each attempt has one of its own. */
export interface MailClaim {
  mailId: string;
  /** From 1 on. */
  attempt: number;
}
