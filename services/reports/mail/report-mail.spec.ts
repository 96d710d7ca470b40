import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeReportMail } from './report-mail.ts';
import type { ReportMailFacts } from './report-mail.ts';
import { createSesMailer } from './ses-mailer.ts';
import type { Mailer } from './ses-mailer.ts';
import { FROM, openMailScene } from './testing/mail-scene.ts';
import type { MailScene } from './testing/mail-scene.ts';

const LINK = 'https://api.example.com/report-links/1.abc.def';

function facts(changes: Partial<ReportMailFacts> = {}): ReportMailFacts {
  return {
    headline: {
      title: 'Orders of 2026-11-21 (Europe/Berlin)',
      lines: [
        { label: 'Orders', value: '1,284' },
        { label: 'Revenue', value: 'EUR 45,182.50' },
      ],
    },
    files: [
      { format: 'pdf', bytes: 84_120, url: `${LINK}/pdf` },
      { format: 'csv', bytes: 12_034, url: `${LINK}/csv` },
    ],
    expiresAt: Date.parse('2026-12-05T07:05:00.000Z'),
    timeZone: 'Europe/Berlin',
    appUrl: 'https://app.example.com/reports/01HF7YAT00000000000000000A',
    unsubscribe: { url: `${LINK}/unsubscribe`, schedule: 'daily-orders' },
    ...changes,
  };
}

const titled = (title: string) => facts({ headline: { title, lines: [] } });

describe('the mail of a report', () => {
  it('says the same as HTML and as text: figures, files, their real end, the app, the way out', () => {
    const mail = writeReportMail(facts());
    expect(mail.text.split('\n')).toEqual([
      'Orders of 2026-11-21 (Europe/Berlin)',
      '',
      'Orders: 1,284',
      'Revenue: EUR 45,182.50',
      '',
      'PDF (84 KB):',
      `${LINK}/pdf`,
      '',
      'CSV (12 KB):',
      `${LINK}/csv`,
      '',
      'The files can be had without signing in until Saturday, 5 December 2026 at 08:05 (Europe/Berlin). ' +
        'Whoever has this mail can: forward it only to people who may read the report.',
      '',
      'Open in Ordercast:',
      'https://app.example.com/reports/01HF7YAT00000000000000000A',
      '',
      'You get this report by the schedule "daily-orders". To unsubscribe:',
      `${LINK}/unsubscribe`,
      '',
    ]);
    for (const said of [
      '<th scope="row"><bdi>Revenue</bdi></th>',
      '<bdi>EUR 45,182.50</bdi>',
      `href="${LINK}/pdf"`,
      `href="${LINK}/csv"`,
      `href="${LINK}/unsubscribe"`,
      'href="https://app.example.com/reports/01HF7YAT00000000000000000A"',
      'until Saturday, 5 December 2026 at 08:05 (Europe/Berlin)',
      '<html lang="en" dir="ltr">',
    ]) {
      expect(mail.html).toContain(said);
    }
  });

  it('can be unsubscribed from by one click (RFC 8058), where a schedule sends it', () => {
    expect(writeReportMail(facts()).headers).toEqual({
      'Auto-Submitted': 'auto-generated',
      'List-Unsubscribe': `<${LINK}/unsubscribe>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    const asked = writeReportMail(facts({ unsubscribe: undefined }));
    expect(Object.keys(asked.headers)).toEqual(['Auto-Submitted']);
    expect(asked.html + asked.text).not.toMatch(/unsubscribe/i);
  });

  it('promises nothing of files where there are none', () => {
    expect(writeReportMail(facts({ files: [] })).text).not.toContain('until');
  });

  it.each([
    ['Orders\r\nBcc: eve@example.com', 'Orders Bcc: eve@example.com'],
    ['Orders\u2028\u0000\u001b[31m of today', 'Orders [31m of today'],
    ['\u202eevil\u202c Orders', 'evil Orders'],
    ['Заказы 注文 الطلبات', 'Заказы 注文 الطلبات'],
    ['😀'.repeat(100), `${'😀'.repeat(74)}…`],
  ])('has one line as its subject: %j', (title, subject) => {
    expect(writeReportMail(titled(title)).subject).toBe(subject);
  });

  it('shows markup as text', () => {
    const hostile = '</title></style><script>alert(1)</script><a href="https://evil.example">x</a>';
    const lines = [{ label: hostile, value: `"><img src=x onerror=alert(1)>` }];
    const schedule = '<b>bold</b>';
    const { html } = writeReportMail({
      ...facts({ headline: { title: hostile, lines } }),
      unsubscribe: { url: LINK, schedule },
    });
    const plain = writeReportMail(
      facts({ headline: { title: 'x', lines: [{ label: 'x', value: 'x' }] } }),
    );
    expect(tagsOf(html)).toEqual(tagsOf(plain.html));
  });
});

/** What a browser would take for the tags of a document. */
function tagsOf(html: string): string[] {
  return [...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([tag]) => tag.toLowerCase());
}

describe('a mail of any texts', () => {
  let scene: MailScene;
  let mailer: Mailer;
  beforeEach(async () => {
    scene = await openMailScene();
    mailer = createSesMailer({ region: 'x', endpoint: scene.ses.endpoint, from: FROM });
  });
  afterEach(async () => {
    mailer.close();
    await scene.close();
  });

  it('reaches SES with the headers and the tags that it should have, and no others (seed 11)', async () => {
    const random = seededRandom(11);
    const [first = ''] = [writeReportMail(titled('x'))].map(({ html }) => tagsOf(html).join());
    for (let round = 0; round < 60; round += 1) {
      const title = anyText(random);
      const mail = writeReportMail(titled(title));
      const to = { address: 'ada@example.com', tags: { 'report-run': 'x' } };
      expect((await mailer.send(mail, to)).fate, JSON.stringify(title)).toBe('sent');
      const sent = scene.sent.at(-1);
      expect(sent?.subject).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      expect(sent?.to).toEqual(['ada@example.com']);
      expect([sent?.cc, sent?.bcc, sent?.replyTo]).toEqual([[], [], []]);
      expect(sent?.headers.map(({ name }) => name)).toEqual([
        'Auto-Submitted',
        'List-Unsubscribe',
        'List-Unsubscribe-Post',
      ]);
      expect(tagsOf(mail.html).join(), JSON.stringify(title)).toBe(first);
      const longest = (text: string) =>
        Math.max(...text.split('\n').map((one) => Buffer.byteLength(one)));
      expect(longest(mail.html)).toBeLessThan(998);
      expect(longest(mail.text)).toBeLessThan(998);
    }
  });
});

const PIECES = [
  ...['\r\n', '\n', '\r', '\u0000', '\u0085', '\u2028', '\u202e', '\u200b', '\ud83d', '=?utf-8?B?'],
  ...[
    'Bcc: eve@example.com',
    'Content-Type: text/html',
    '<script>',
    '</style>',
    '"',
    "'",
    '`',
    '&lt;',
  ],
  ...[
    '-->',
    '<!--',
    '${x}',
    'Ωμέγα',
    '注文',
    'שלום',
    '😀',
    'é'.normalize('NFD'),
    ' ',
    'a',
    ':',
    '@',
  ],
];

function anyText(random: () => number): string {
  const length = 1 + Math.floor(random() * 60);
  return Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)] ?? '').join('');
}
