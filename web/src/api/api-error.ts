import type { Problem } from '@ordercast/contract/problem.ts';

/** Why a request failed, in terms that a page can act upon. */
export type ApiErrorKind =
  /** 400 or 422: the request itself was wrong; `fields` says where. */
  | 'invalid'
  /** 403: not something that this person may do. */
  | 'forbidden'
  /** 404 or 410: no such thing, somebody else's, or no longer there. */
  | 'not-found'
  /** 409: the thing is not in a state that allows it. */
  | 'conflict'
  /** 412 or 428: somebody else changed it first. */
  | 'stale'
  /** 401 even with a fresh token. */
  | 'session-ended'
  /** 429, 502, 503 or 504: may work later. */
  | 'unavailable'
  /** No answer came: what the request did is unknown. */
  | 'unreachable'
  /** Nothing left this device, so nothing was done. */
  | 'not-sent'
  /** Anything else, such as a 500, or an answer that is not of the documented shape. */
  | 'unexpected';

const KINDS: Readonly<Record<number, ApiErrorKind>> = {
  400: 'invalid',
  401: 'session-ended',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  410: 'not-found',
  412: 'stale',
  413: 'invalid',
  415: 'invalid',
  422: 'invalid',
  428: 'stale',
  429: 'unavailable',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorKind;
  readonly status: number | undefined;
  readonly problem: Problem | undefined;

  constructor(kind: ApiErrorKind, message: string, status?: number, problem?: Problem) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.problem = problem;
  }

  /** From an answer that was not a 2xx; `problem` where its body was a problem document. */
  static ofAnswer(status: number, problem: Problem | undefined): ApiError {
    const message = problem?.detail ?? problem?.title ?? `The server answered ${status}.`;
    return new ApiError(KINDS[status] ?? 'unexpected', message, status, problem);
  }

  /** What was wrong with which part of the body. */
  get fields(): readonly { path: string; message: string }[] {
    return this.problem?.errors ?? [];
  }

  /** Names this request in the server's log; worth showing with an unexpected failure. */
  get requestId(): string | undefined {
    return this.problem?.requestId;
  }
}

/** What a person should read about a failed request. */
export function apiErrorText(cause: unknown): string {
  if (!(cause instanceof ApiError)) return 'Something went wrong. Try again.';
  switch (cause.kind) {
    case 'unreachable':
      return 'The server cannot be reached. Check your connection and try again.';
    case 'not-sent':
      return cause.message;
    case 'unavailable':
      return 'The server is busy. Try again in a moment.';
    case 'session-ended':
      return 'Your session has ended. Sign in again.';
    case 'unexpected':
      return cause.requestId === undefined
        ? 'Something went wrong on our side. Try again.'
        : `Something went wrong on our side. Try again, or report request ${cause.requestId}.`;
    default:
      return [
        ...new Set([cause.message, ...cause.fields.map(({ message }) => asSentence(message))]),
      ].join(' ');
  }
}

/** `must be an email` as something to read by itself: `Must be an email.` */
export function asSentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
}
