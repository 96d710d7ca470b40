/** What is known of a mail whose request failed. */
export interface FailedSend {
  /** `not-sent`: SES surely did not take it; `unknown`: it may have. */
  fate: 'not-sent' | 'unknown';
  /** A sentence for staff. */
  reason: string;
  /** The next mail would meet the same. */
  concernsAll: boolean;
}

/** SES says so of one mail; all its other refusals are of the account, the identity or the rate. */
const OF_ONE_MAIL: readonly string[] = ['MessageRejected', 'BadRequestException'];

/**
 * Judges why a request to SES failed. Only what proves that SES did not take the mail counts as not sent: the SDK had not begun the
 * request, there was no connection, or SES refused it with a 4xx. A 5xx does not: SES may have failed after it took the mail.
 */
export function judgeFailedSend(error: unknown, { hadBegun }: { hadBegun: boolean }): FailedSend {
  const name = error instanceof Error ? error.name : 'unknown';
  if (!hadBegun) {
    return { fate: 'not-sent', reason: `SES could not be asked (${name}).`, concernsAll: true };
  }
  const status = statusOf(error);
  if (status !== undefined && status >= 400 && status < 500) {
    const said = error instanceof Error && error.message !== '' ? `: ${error.message}` : '.';
    const concernsAll = !OF_ONE_MAIL.includes(name);
    return { fate: 'not-sent', reason: `SES refused it (${name})${said}`, concernsAll };
  }
  if (isWithoutConnection(error)) {
    const reason = `SES could not be reached (${codeOf(error) ?? name}).`;
    return { fate: 'not-sent', reason, concernsAll: true };
  }
  const what = status === undefined ? (codeOf(error) ?? name) : `status ${status}`;
  const reason = `SES gave no clear answer (${what}): the mail may have been sent.`;
  return { fate: 'unknown', reason, concernsAll: true };
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  if (!('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** Node's system calls before a byte of a request is written; all of them, where several addresses were tried. */
function isWithoutConnection(error: unknown): boolean {
  if (error instanceof AggregateError) {
    return error.errors.length > 0 && error.errors.every(isWithoutConnection);
  }
  if (!(error instanceof Error)) return false;
  if ('syscall' in error) return error.syscall === 'connect' || error.syscall === 'getaddrinfo';
  // The SDK tells this one apart from other time-outs by its text alone.
  return error.name === 'TimeoutError' && error.message.includes('did not establish a connection');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
