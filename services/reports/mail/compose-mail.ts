import type { LinkKeys } from '../link/link-keys.ts';
import type { Headline } from '../definition/report-definition.ts';
import { signLink } from '../link/report-link.ts';
import type { ReportRun } from '../run/report-run.ts';
import { writeReportMail } from './report-mail.ts';
import type { ReportMail } from './report-mail.ts';

export interface LinkSettings {
  /** The app, such as `https://app.example.com`. */
  pageUrl: string;
  /** Base of the API that answers signed links. */
  apiUrl: string;
  /** How long a signed link is good. */
  linkLifeMs: number;
}

/**
 * The mail of a finished run to one recipient, whose links are good from `now` (epoch ms) on. Throws `SecretUnavailable` where links cannot be
 * signed now.
 */
export async function composeMail(
  { run, headline, address }: { run: ReportRun; headline: Headline; address: string },
  { keys, links, now }: { keys: LinkKeys; links: LinkSettings; now: number },
): Promise<ReportMail> {
  const expiresAt = Math.floor((now + links.linkLifeMs) / 1000) * 1000;
  const token = await signLink(keys, { runId: run.id, address, issuedAt: now, expiresAt });
  const linkUrl = linkUrlOf(links, token);
  return writeReportMail({
    headline,
    files: run.files.map(({ format, bytes }) => ({ format, bytes, url: `${linkUrl}/${format}` })),
    expiresAt,
    timeZone: run.timeZone,
    appUrl: `${withoutSlash(links.pageUrl)}/reports/${run.id}`,
    unsubscribe:
      run.scheduleId === null
        ? undefined
        : { url: `${linkUrl}/unsubscribe`, schedule: run.scheduleId },
  });
}

/** Where a signed link is answered; its files and its unsubscription lie below. */
export function linkUrlOf({ apiUrl }: Pick<LinkSettings, 'apiUrl'>, token: string): string {
  return `${withoutSlash(apiUrl)}/report-links/${token}`;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
