import type { Problem } from '@ordercast/contract/problem.ts';

export interface FieldError {
  /** Dotted path into the body or query, such as `lines.0.productId`. */
  path: string;
  message: string;
}

interface ProblemFacts {
  status: number;
  /** Names the cause for programs: the last part of the document's `type`. */
  code: string;
  title: string;
  detail: string;
  errors?: readonly FieldError[];
  headers?: Readonly<Record<string, string>>;
}

/** More errors than this tell a reader nothing more, and a hostile body could hold thousands. */
const MAX_FIELD_ERRORS = 50;

/** A request that is answered with RFC 9457 problem details. Its text is meant for the caller. */
export class HttpProblem extends Error {
  override name = 'HttpProblem';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #facts: ProblemFacts;

  constructor(facts: ProblemFacts) {
    super(facts.detail);
    this.status = facts.status;
    this.headers = facts.headers ?? {};
    this.#facts = facts;
  }

  /** The document; `instance` is the path asked for, without its query. */
  toDocument(request: { instance: string; requestId: string }): Problem {
    const { code, title, status, detail, errors } = this.#facts;
    return {
      type: `urn:ordercast:problem:${code}`,
      title,
      status,
      detail,
      ...request,
      ...(errors && { errors: errors.slice(0, MAX_FIELD_ERRORS) }),
    };
  }
}

/** 400: the request cannot be read; `errors` name the fields at fault. */
export function badRequest(detail: string, errors: readonly FieldError[] = []): HttpProblem {
  return new HttpProblem({
    status: 400,
    code: 'bad-request',
    title: 'Bad request',
    detail,
    errors,
  });
}

/** 401, with the challenge that RFC 6750 asks for. Without an error, no token was sent at all. */
export function unauthorized(detail: string, error?: 'invalid_token'): HttpProblem {
  const challenge = 'Bearer realm="ordercast"';
  return new HttpProblem({
    status: 401,
    code: 'unauthorized',
    title: 'Unauthorized',
    detail,
    headers: {
      'WWW-Authenticate': error
        ? `${challenge}, error="${error}", error_description="${detail}"`
        : challenge,
    },
  });
}

/** 403: the caller is known, and may not. */
export function forbidden(detail: string): HttpProblem {
  return new HttpProblem({ status: 403, code: 'forbidden', title: 'Forbidden', detail });
}

/** 404; also for what exists and is none of the caller's business. */
export function notFound(detail: string): HttpProblem {
  return new HttpProblem({ status: 404, code: 'not-found', title: 'Not found', detail });
}

/** 405, with `Allow`. */
export function methodNotAllowed(method: string, allowed: readonly string[]): HttpProblem {
  return new HttpProblem({
    status: 405,
    code: 'method-not-allowed',
    title: 'Method not allowed',
    detail: `${method} is not possible here; ${allowed.join(', ')} are.`,
    headers: { Allow: allowed.join(', ') },
  });
}

/** 409: what is asked for does not go with where the thing stands. */
export function conflict(code: string, detail: string): HttpProblem {
  return new HttpProblem({ status: 409, code, title: 'Conflict', detail });
}

/** 412: somebody else was faster. */
export function staleVersion(detail: string): HttpProblem {
  return new HttpProblem({
    status: 412,
    code: 'stale-version',
    title: 'Precondition failed',
    detail,
  });
}

/** 428: a change must name what was seen. */
export function preconditionRequired(what: string): HttpProblem {
  return new HttpProblem({
    status: 428,
    code: 'precondition-required',
    title: 'Precondition required',
    detail: `Send If-Match with the ETag of the ${what} that you have seen.`,
  });
}

/** 413, with the limit in bytes. */
export function contentTooLarge(limitBytes: number): HttpProblem {
  return new HttpProblem({
    status: 413,
    code: 'content-too-large',
    title: 'Content too large',
    detail: `A request body may have at most ${limitBytes} bytes.`,
  });
}

/** 415, with the media type that is taken. */
export function unsupportedMediaType(detail: string): HttpProblem {
  return new HttpProblem({
    status: 415,
    code: 'unsupported-media-type',
    title: 'Unsupported media type',
    detail,
    headers: { Accept: 'application/json' },
  });
}

/** 422: well-formed, but what it asks for does not fit the facts. */
export function unprocessable(
  code: string,
  detail: string,
  errors: readonly FieldError[],
): HttpProblem {
  return new HttpProblem({ status: 422, code, title: 'Unprocessable content', detail, errors });
}

/** 503: something that this request needs is down; worth another try after `retryAfterSeconds`. */
export function unavailable(detail: string, retryAfterSeconds: number): HttpProblem {
  return new HttpProblem({
    status: 503,
    code: 'unavailable',
    title: 'Service unavailable',
    detail,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

/** 500: says nothing of the cause, which stands in the log under the request's id. */
export function internalError(): HttpProblem {
  return new HttpProblem({
    status: 500,
    code: 'internal',
    title: 'Internal server error',
    detail: 'Something went wrong. Tell support the request id.',
  });
}
