import { reportFormatSchema } from '@ordercast/contract/report.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import type { Knex } from 'knex';
import type { OpenPage, PageReply } from '../http/open-page.ts';
import { STYLE_SOURCE } from './html/page-style.ts';
import type { LinkKeys } from './link/link-keys.ts';
import {
  expiredPage,
  fileGonePage,
  linkPage,
  notOnSchedulePage,
  tryLaterPage,
  unknownLinkPage,
  unsubscribePage,
  unsubscribedPage,
} from './link/link-pages.ts';
import { visitLink } from './link/visit-link.ts';
import type { VisitedLink } from './link/visit-link.ts';
import type { LinkSettings } from './mail/compose-mail.ts';
import { linkUrlOf } from './mail/compose-mail.ts';
import { runHeadline } from './mail/run-headline.ts';
import { listedRecipients, runRecipients } from './mail/run-recipients.ts';
import type { ReportRun, RunFile } from './run/report-run.ts';
import { takeOffSchedule } from './schedule/schedule-store.ts';

export interface ReportLinkSettings {
  database: Knex;
  keys: LinkKeys;
  links: LinkSettings;
  /** A URL of a file that is good for some minutes from now; undefined where the file is not there any more. */
  presign: (run: ReportRun, file: RunFile) => Promise<string | undefined>;
  /** Epoch ms. */
  clock: () => number;
  log: Logger;
}

type Params = Readonly<Record<string, string>>;
type KnownLink = Exclude<VisitedLink, { state: 'unknown' }>;
type Answer = (link: KnownLink, params: Params) => PageReply | Promise<PageReply>;

/**
 * What the links of a report's mail lead to. Whoever has such a link reads the report, without a sign-in, until it expires or its recipient is
 * one no more. Answers with pages: 410 for a link or a file that is over, 404 for a link that is none.
 */
export function reportLinkRoutes(settings: ReportLinkSettings): OpenPage[] {
  const { database, links, presign, clock, log } = settings;
  const { pageUrl } = links;
  const gone = (): PageReply => ({ status: 410, html: fileGonePage(pageUrl) });

  /** Answers for a link that was signed here; every other one gets the same answer. */
  const visited =
    (answer: Answer, recipientsOf = runRecipients) =>
    async (params: Params): Promise<PageReply> => {
      try {
        const now = clock();
        const link = await visitLink(settings, params['token'] ?? '', { now, recipientsOf });
        return link.state === 'unknown' ? unknown() : await answer(link, params);
      } catch (error) {
        // Nothing of the request: its path is the secret.
        log.error({ err: error }, 'a report link cannot be answered');
        return { status: 503, html: tryLaterPage(pageUrl) };
      }
    };
  const unknown = (): PageReply => ({ status: 404, html: unknownLinkPage(pageUrl) });
  const unlessExpired =
    (answer: Answer): Answer =>
    (link, params) =>
      link.state === 'expired'
        ? { status: 410, html: expiredPage(factsOf(link)) }
        : answer(link, params);
  const factsOf = ({ run, expiresAt }: KnownLink) => ({
    expiresAt,
    timeZone: run.timeZone,
    appUrl: pageUrl,
  });

  const show = unlessExpired((link, { token = '' }) => {
    const { run } = link;
    if (run.files.length === 0) return gone();
    const url = linkUrlOf(links, token);
    const files = run.files.map((file) => ({ ...file, url: `${url}/${file.format}` }));
    const { title } = runHeadline(run);
    return { status: 200, html: linkPage({ ...factsOf(link), title, files }) };
  });

  const download = unlessExpired(async ({ run }, params) => {
    const format = reportFormatSchema.safeParse(params['format']).data;
    if (format === undefined) return unknown();
    const file = run.files.find((one) => one.format === format);
    const url = file === undefined ? undefined : await presign(run, file);
    return url === undefined ? gone() : { status: 302, headers: { Location: url } };
  });

  // Good after the link has expired, and a second time: who finds an old mail must be able to leave the list.
  const askToUnsubscribe: Answer = ({ run, address }) =>
    run.scheduleId === null
      ? { status: 404, html: notOnSchedulePage(pageUrl) }
      : { status: 200, html: unsubscribePage({ schedule: run.scheduleId, address }) };
  const unsubscribe: Answer = async ({ run, address }) => {
    if (run.scheduleId === null) return { status: 404, html: notOnSchedulePage(pageUrl) };
    const off = { state: 'unsubscribed', reason: 'Unsubscribed by a link of a mail.' } as const;
    await takeOffSchedule(database, run.scheduleId, { ...off, address, at: clock() });
    log.info({ runId: run.id, schedule: run.scheduleId }, 'a recipient unsubscribed');
    return { status: 200, html: unsubscribedPage(pageUrl) };
  };

  const styleSource = STYLE_SOURCE;
  return [
    { path: '/report-links/:token', styleSource, get: visited(show) },
    {
      path: '/report-links/:token/unsubscribe',
      styleSource,
      get: visited(askToUnsubscribe, listedRecipients),
      post: visited(unsubscribe, listedRecipients),
    },
    { path: '/report-links/:token/:format', styleSource, get: visited(download) },
  ];
}
