import type { ReportFormat } from '@ordercast/contract/report.ts';
import { withoutHiddenCharacters } from '@ordercast/contract/hidden-characters.ts';
import { cutText } from '@ordercast/platform/cut-text.ts';
import type { Headline } from '../definition/report-definition.ts';
import { html } from '../html/html-text.ts';
import { momentText, sizeText } from '../html/moment-text.ts';
import { STYLE_ELEMENT } from '../html/page-style.ts';

/** A mail, ready to be put into its envelope. */
export interface ReportMail {
  /** In one line. */
  subject: string;
  html: string;
  text: string;
  headers: Readonly<Record<string, string>>;
}

export interface ReportMailFacts {
  headline: Headline;
  files: readonly { format: ReportFormat; bytes: number; url: string }[];
  /** Until when the files' URLs are good: epoch ms, said on the clocks of `timeZone`. */
  expiresAt: number;
  timeZone: string;
  /** Where the app shows the report. */
  appUrl: string;
  /** Where a recipient of a schedule leaves it; undefined in the mail to who asked for the report. */
  unsubscribe: { url: string; schedule: string } | undefined;
}

/** What a mail client shows of a subject is less, and no line of a body comes near the 998 of RFC 5322. */
const MAX_TITLE_LENGTH = 150;
const MAX_VALUE_LENGTH = 300;
/** A value such as an amount stays on its line on a phone. */
const MAX_SHORT_LENGTH = 24;

export const FILE_NAMES = { pdf: 'PDF', csv: 'CSV' } as const;

/**
 * Writes the mail of a report, as HTML and as text that say the same. Whatever comes from people, such as names, is one line without
 * control characters, and escaped in the HTML.
 */
export function writeReportMail(facts: ReportMailFacts): ReportMail {
  const title = line(facts.headline.title, MAX_TITLE_LENGTH);
  const lines = facts.headline.lines.map(({ label, value }) => ({
    label: line(label, MAX_VALUE_LENGTH),
    value: line(value, MAX_VALUE_LENGTH),
  }));
  const shown = { ...facts, headline: { title, lines } };
  return {
    subject: title,
    html: htmlOf(shown),
    text: textOf(shown),
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(facts.unsubscribe && {
        'List-Unsubscribe': `<${facts.unsubscribe.url}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    },
  };
}

function line(text: string, length: number): string {
  const shown = withoutHiddenCharacters(text.toWellFormed()).trim();
  return shown.length <= length ? shown : `${cutText(shown, length - 1)}…`;
}

function htmlOf(facts: ReportMailFacts): string {
  const { headline, files, appUrl, unsubscribe } = facts;
  const rows = headline.lines.map(
    ({ label, value }) => html`
      <tr>
        <th scope="row"><bdi>${label}</bdi></th>
        <td class="${value.length <= MAX_SHORT_LENGTH ? 'short' : ''}"><bdi>${value}</bdi></td>
      </tr>
    `,
  );
  const links = files.map(
    ({ format, bytes, url }) =>
      html`<a class="button" href="${url}">${FILE_NAMES[format]}, ${sizeText(bytes)}</a> `,
  );
  const expiry = expiryOf(facts);
  return html`<!doctype html>
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${headline.title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <h1><bdi>${headline.title}</bdi></h1>
          <table>
            ${rows}
          </table>
          <p>${links}<a class="button second" href="${appUrl}">Open in Ordercast</a></p>
          ${expiry === undefined ? undefined : html`<p class="small">${expiry}</p>`}
          ${
            unsubscribe === undefined
              ? html`<p class="small">You asked for this report in Ordercast.</p>`
              : html`<p class="small">
                  You get this report by the schedule “${unsubscribe.schedule}”.
                  <a href="${unsubscribe.url}">Unsubscribe</a>
                </p>`
          }
        </main>
      </body>
    </html> `.toString();
}

function textOf(facts: ReportMailFacts): string {
  const { headline, files, appUrl, unsubscribe } = facts;
  const expiry = expiryOf(facts);
  return [
    headline.title,
    '',
    ...headline.lines.map(({ label, value }) => `${label}: ${value}`),
    '',
    ...files.flatMap(({ format, bytes, url }) => [
      `${FILE_NAMES[format]} (${sizeText(bytes)}):`,
      url,
      '',
    ]),
    ...(expiry === undefined ? [] : [expiry, '']),
    'Open in Ordercast:',
    appUrl,
    '',
    ...(unsubscribe === undefined
      ? ['You asked for this report in Ordercast.']
      : [
          `You get this report by the schedule "${unsubscribe.schedule}". To unsubscribe:`,
          unsubscribe.url,
        ]),
    '',
  ].join('\n');
}

function expiryOf({ files, expiresAt, timeZone }: ReportMailFacts): string | undefined {
  if (files.length === 0) return undefined;
  const what = files.length === 1 ? 'The file' : 'The files';
  return (
    `${what} can be had without signing in until ${momentText(expiresAt, timeZone)}. ` +
    'Whoever has this mail can: forward it only to people who may read the report.'
  );
}
