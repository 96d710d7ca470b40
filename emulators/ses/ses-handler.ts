import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { simulatedEvents } from './mailbox-simulator.ts';
import type { SesEvent } from './mailbox-simulator.ts';
import { MAX_MESSAGE_BYTES, readSendEmail } from './sent-email.ts';
import type { SentEmail } from './sent-email.ts';
import { SesError } from './ses-error.ts';
import type { SesFaults } from './ses-faults.ts';

export interface SesHandlerOptions {
  clock: () => number;
  faults: SesFaults;
  /** Given each mail that is sent, before its answer. */
  deliver: (email: SentEmail) => void | Promise<void>;
  /** Given what the mailbox simulator tells of a mail, after its answer. */
  onEvent: (event: SesEvent) => void | Promise<void>;
  /** Told what was answered with 500, or came of an event. */
  onFault: (error: unknown) => void;
}

const SEND_EMAIL = '/v2/email/outbound-emails';

/** Answers SES v2's HTTP: `SendEmail`, and `UnknownOperationException` for the rest. */
export function createSesHandler(options: SesHandlerOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    response.setHeader('x-amzn-RequestId', requestId);
    try {
      const email = await readRequest(request, options.clock);
      const isSent = await meetFault(options.faults, response);
      if (!isSent) return;
      await options.deliver(email);
      if (isSent === 'unanswered') response.destroy();
      else respond(response, 200, { MessageId: email.messageId });
      for (const event of simulatedEvents(email, randomUUID)) await options.onEvent(event);
    } catch (error) {
      if (response.headersSent || response.destroyed || !request.complete) {
        if (request.complete) options.onFault(error);
        response.destroy();
        return;
      }
      if (!(error instanceof SesError)) options.onFault(error);
      const refusal =
        error instanceof SesError
          ? error
          : new SesError('InternalServiceErrorException', 'The mail could not be taken.');
      response.setHeader('x-amzn-ErrorType', refusal.name);
      respond(response, refusal.status, { message: refusal.message });
    }
  };
}

async function readRequest(request: IncomingMessage, clock: () => number): Promise<SentEmail> {
  const [path] = (request.url ?? '').split('?', 1);
  if (request.method !== 'POST' || path !== SEND_EMAIL) {
    throw new SesError('UnknownOperationException', 'The local stand-in for SES sends mails only.');
  }
  if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    throw new SesError('BadRequestException', 'The request is not signed.');
  }
  // As long as SES's own, which name the Region's shard first.
  const messageId = `0100${randomUUID().replaceAll('-', '').slice(0, 12)}-${randomUUID()}-000000`;
  return readSendEmail(await readJson(request), { messageId, sentAt: clock() });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) break;
    size += chunk.length;
    if (size <= MAX_MESSAGE_BYTES) chunks.push(chunk);
  }
  if (size > MAX_MESSAGE_BYTES) throw new SesError('BadRequestException', 'The mail is too large.');
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new SesError('BadRequestException', 'The request is not JSON.');
  }
}

/** Whether the mail is sent all the same; throws what SES would answer instead. */
async function meetFault(
  faults: SesFaults,
  response: ServerResponse,
): Promise<boolean | 'unanswered'> {
  switch (faults.take()) {
    case undefined:
      return true;
    case 'throttle':
      throw new SesError('TooManyRequestsException', 'Maximum sending rate exceeded.');
    case 'reject':
      throw new SesError('MessageRejected', 'Email address is not verified.');
    case 'unavailable':
      throw new SesError('InternalServiceErrorException', 'SES is not available.');
    case 'lose-request':
      response.destroy();
      return false;
    case 'lose-answer':
      return 'unanswered';
    case 'hang':
      return faults.hold(response);
  }
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
