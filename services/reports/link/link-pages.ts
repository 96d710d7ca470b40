import type { ReportFormat } from '@ordercast/contract/report.ts';
import { html } from '../html/html-text.ts';
import type { HtmlText } from '../html/html-text.ts';
import { momentText, sizeText } from '../html/moment-text.ts';
import { STYLE_ELEMENT } from '../html/page-style.ts';
import { FILE_NAMES } from '../mail/report-mail.ts';

/** Pages for whoever opens a link of a mail: without a script, in plain words, each with where to go. `appUrl` is the app's. */

/** What a link leads to. */
export function linkPage(facts: {
  title: string;
  files: readonly { format: ReportFormat; bytes: number; url: string }[];
  expiresAt: number;
  timeZone: string;
  appUrl: string;
}): string {
  const links = facts.files.map(
    ({ format, bytes, url }) =>
      html`<a class="button" href="${url}">${FILE_NAMES[format]}, ${sizeText(bytes)}</a> `,
  );
  return page(
    facts.title,
    html`
      <p>${links}</p>
      <p class="small">
        The link is good until ${momentText(facts.expiresAt, facts.timeZone)}. Whoever has it can
        read the report.
      </p>
      ${toApp(facts.appUrl)}
    `,
  );
}

export function expiredPage(facts: {
  expiresAt: number;
  timeZone: string;
  appUrl: string;
}): string {
  return page(
    'This link has expired',
    html`
      <p>It was good until ${momentText(facts.expiresAt, facts.timeZone)}.</p>
      <p>The report may still be in Ordercast: sign in there to see it.</p>
      ${toApp(facts.appUrl)}
    `,
  );
}

export function unknownLinkPage(appUrl: string): string {
  return page(
    'This link does not work',
    html`
      <p>
        It may be cut off, or it was replaced, or its mail went to somebody who does not get this
        report any more.
      </p>
      <p>Copy the whole link from the mail, or sign in to Ordercast to see reports.</p>
      ${toApp(appUrl)}
    `,
  );
}

export function fileGonePage(appUrl: string): string {
  return page(
    'This file is not kept any more',
    html`
      <p>Files of reports are deleted after some time.</p>
      <p>Sign in to Ordercast to run the report again, or ask somebody who works there.</p>
      ${toApp(appUrl)}
    `,
  );
}

/** Asks, so that a program that follows every link of a mail unsubscribes nobody. */
export function unsubscribePage(facts: { schedule: string; address: string }): string {
  return page(
    'Unsubscribe?',
    html`
      <p>
        <bdi>${facts.address}</bdi> will get no more reports by the schedule “${facts.schedule}”.
      </p>
      <form method="post">
        <button class="button" type="submit">Unsubscribe</button>
      </form>
    `,
  );
}

export function unsubscribedPage(appUrl: string): string {
  return page(
    'You are unsubscribed',
    html`
      <p>This address gets no more reports by this schedule, and links of earlier mails end.</p>
      <p>If that was a mistake, ask an admin of Ordercast to add you again.</p>
      ${toApp(appUrl)}
    `,
  );
}

export function notOnSchedulePage(appUrl: string): string {
  return page(
    'Nothing to unsubscribe from',
    html`
      <p>This report was asked for once, in Ordercast; no schedule sends it.</p>
      ${toApp(appUrl)}
    `,
  );
}

export function tryLaterPage(appUrl: string): string {
  return page(
    'This cannot be shown now',
    html`
      <p>Something that is needed for it is down. Open the link again in some minutes.</p>
      ${toApp(appUrl)}
    `,
  );
}

function toApp(appUrl: string): HtmlText {
  return html`<p><a class="button second" href="${appUrl}">Open Ordercast</a></p>`;
}

function page(title: string, content: HtmlText): string {
  return html`<!doctype html>
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} – Ordercast</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <h1><bdi>${title}</bdi></h1>
          ${content}
        </main>
      </body>
    </html> `.toString();
}
