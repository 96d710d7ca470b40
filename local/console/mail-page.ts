import type { RequestHandler } from 'express';
import type { Mailbox } from '../mailbox.ts';

/**
 * Shows a mail's HTML as a mail program would: nothing of it runs, nothing is loaded, no form is sent, and it has no origin; its links
 * open in a page of their own, which is told nothing of where they stood. Both the frame and this answer say so, since one opened by
 * its own address has no frame.
 */
const HEADERS = {
  'Content-Security-Policy': [
    'sandbox allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    'img-src data:',
    "style-src 'unsafe-inline'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
};

/** Answers `/mails/:id` with a mail's HTML, below the console. */
export function mailPage(mailbox: Pick<Mailbox, 'list'>): RequestHandler<{ id: string }> {
  return (request, response) => {
    const mail = mailbox.list().find(({ id }) => String(id) === request.params.id);
    if (mail?.html === undefined) {
      response.sendStatus(404);
      return;
    }
    response.set(HEADERS).type('html').send(`<base target="_blank">${mail.html}`);
  };
}
