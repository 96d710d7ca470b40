import PostalMime from 'postal-mime';
import { z } from 'zod';
import { SesError } from './ses-error.ts';

export interface Header {
  name: string;
  value: string;
}

/** A mail that SES has taken. */
export interface SentEmail {
  messageId: string;
  /** Epoch ms. */
  sentAt: number;
  from: string;
  to: readonly string[];
  cc: readonly string[];
  bcc: readonly string[];
  replyTo: readonly string[];
  subject: string;
  text: string | undefined;
  html: string | undefined;
  /** Those that the sender has set beside the usual ones, in their order. */
  headers: readonly Header[];
  configurationSet: string | undefined;
  tags: Readonly<Record<string, string>>;
}

/** SES's own limits: docs.aws.amazon.com/ses/latest/dg/quotas.html. */
const MAX_RECIPIENTS = 50;
export const MAX_MESSAGE_BYTES = 40 * 1024 * 1024;

const addresses = z.array(z.string()).default([]);
const content = z.object({ Data: z.string(), Charset: z.string().optional() });
const tagText = z.string().regex(/^[A-Za-z0-9_.@-]{1,256}$/);

const requestSchema = z.object({
  FromEmailAddress: z.string().optional(),
  Destination: z
    .object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses })
    .optional(),
  ReplyToAddresses: addresses,
  ConfigurationSetName: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
  EmailTags: z.array(z.object({ Name: tagText, Value: tagText })).default([]),
  Content: z.object({
    Simple: z
      .object({
        Subject: content,
        Body: z.object({ Text: content.optional(), Html: content.optional() }),
        // RFC 5322 allows printable characters without a colon as a name; a line break in a value would make another header of it.
        Headers: z
          .array(
            z.object({
              Name: z.string().regex(/^[!-9;-~]{1,126}$/),
              Value: z
                .string()
                .max(870)
                .regex(/^[^\r\n]+$/),
            }),
          )
          .max(15)
          .default([]),
      })
      .optional(),
    Raw: z.object({ Data: z.base64() }).optional(),
  }),
});

type SendEmailRequest = z.infer<typeof requestSchema>;
type Written = Pick<
  SentEmail,
  'from' | 'to' | 'cc' | 'bcc' | 'replyTo' | 'subject' | 'text' | 'html' | 'headers'
>;

/** Reads the body of `SendEmail`. Throws `BadRequestException`, as SES does, where something is missing or malformed. */
export async function readSendEmail(
  body: unknown,
  facts: { messageId: string; sentAt: number },
): Promise<SentEmail> {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw bad(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const request = parsed.data;
  const written = await contentOf(request);
  const recipients = [...written.to, ...written.cc, ...written.bcc];
  if (recipients.length === 0) throw bad('A mail needs a recipient.');
  if (recipients.length > MAX_RECIPIENTS) throw bad('Recipient count exceeds 50.');
  for (const address of [written.from, ...recipients, ...written.replyTo]) mustBeAddress(address);
  return {
    ...facts,
    ...written,
    configurationSet: request.ConfigurationSetName,
    tags: Object.fromEntries(request.EmailTags.map(({ Name, Value }) => [Name, Value])),
  };
}

function contentOf(request: SendEmailRequest): Promise<Written> | Written {
  const { Simple, Raw } = request.Content;
  if (Simple !== undefined && Raw === undefined) return simpleContent(request, Simple);
  if (Raw !== undefined && Simple === undefined) return rawContent(request, Raw);
  throw bad('Content needs either Simple or Raw; the local stand-in for SES has no templates.');
}

function simpleContent(
  request: SendEmailRequest,
  { Subject, Body, Headers }: NonNullable<SendEmailRequest['Content']['Simple']>,
): Written {
  if (request.FromEmailAddress === undefined) throw bad('FromEmailAddress is missing.');
  if (Body.Text === undefined && Body.Html === undefined) throw bad('The body needs text or HTML.');
  if (/[\r\n]/.test(Subject.Data)) throw bad('The subject has a line break.');
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = request.Destination ?? {};
  return {
    from: request.FromEmailAddress,
    to: ToAddresses,
    cc: CcAddresses,
    bcc: BccAddresses,
    replyTo: request.ReplyToAddresses,
    subject: Subject.Data,
    text: Body.Text?.Data,
    html: Body.Html?.Data,
    headers: Headers.map(({ Name, Value }) => ({ name: Name, value: Value })),
  };
}

/** Who the request says that a mail is for goes before who the mail says. */
async function rawContent(
  request: SendEmailRequest,
  { Data }: NonNullable<SendEmailRequest['Content']['Raw']>,
): Promise<Written> {
  const mail = await PostalMime.parse(Buffer.from(Data, 'base64'));
  const from = request.FromEmailAddress ?? mail.from?.address;
  if (from === undefined) throw bad('The mail says nowhere who it is from.');
  const listed = (list: readonly { address?: string | undefined }[] | undefined) =>
    (list ?? []).flatMap(({ address }) => (address === undefined ? [] : [address]));
  const { Destination } = request;
  return {
    from,
    to: Destination?.ToAddresses ?? listed(mail.to),
    cc: Destination?.CcAddresses ?? listed(mail.cc),
    bcc: Destination?.BccAddresses ?? listed(mail.bcc),
    replyTo: request.ReplyToAddresses.length > 0 ? request.ReplyToAddresses : listed(mail.replyTo),
    subject: mail.subject ?? '',
    text: mail.text,
    html: mail.html,
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
  };
}

/** `a@b` or `Somebody <a@b>`, in ASCII: SES wants other names encoded (RFC 2047) and other domains in Punycode. */
function mustBeAddress(text: string): void {
  const address = /^[^<>]*<([^<>]*)>$/.exec(text)?.[1] ?? text;
  if (/^[\x20-\x7e]*$/.test(text) && /^[^\s@<>,;]{1,64}@[a-z0-9.-]{1,255}$/i.test(address)) return;
  throw bad(`${JSON.stringify(text)} is no mail address.`);
}

/** The address of `Somebody <a@b>`. */
export function bareAddress(text: string): string {
  return /<([^<>]*)>$/.exec(text)?.[1] ?? text;
}

function bad(message: string): SesError {
  return new SesError('BadRequestException', message);
}
