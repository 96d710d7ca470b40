import type { Response } from 'express';

/** What a page answers with. */
export interface PageReply {
  status: number;
  /** Undefined where `headers` send the caller elsewhere. */
  html?: string;
  headers?: Readonly<Record<string, string>>;
}

/**
 * A page of the API for people without a sign-in, such as who opens a link of a mail. What it answers is sent with a policy that lets it run
 * no script and stand in no frame, and its address, which may be a secret, is told to no other site and stands in no log.
 */
export interface OpenPage {
  /** Express path, such as `/report-links/:token`. */
  path: string;
  /** The style that its pages may have, as a source of a Content-Security-Policy. */
  styleSource: string;
  /** Changes nothing: programs follow the links of mails, too. */
  get: (params: Readonly<Record<string, string>>) => Promise<PageReply>;
  /** Takes a form, of which nothing but that it was sent matters. */
  post?: (params: Readonly<Record<string, string>>) => Promise<PageReply>;
}

export function sendPage(
  response: Response,
  { styleSource }: Pick<OpenPage, 'styleSource'>,
  { status, html = '', headers = {} }: PageReply,
): void {
  response.status(status).set({
    ...headers,
    'Content-Security-Policy': `default-src 'none'; style-src ${styleSource}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    'Referrer-Policy': 'no-referrer',
    'X-Robots-Tag': 'noindex',
  });
  if (html !== '') response.type('text/html; charset=utf-8');
  response.set('Content-Length', String(Buffer.byteLength(html)));
  response.end(html);
}
