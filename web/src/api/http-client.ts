import { PROBLEM_MEDIA_TYPE, problemSchema } from '@ordercast/contract/problem.ts';
import { ApiError } from './api-error.ts';
import type { ApiErrorKind } from './api-error.ts';
import { Trace } from './trace-parent.ts';

/** Attempts in all, where repeating a request does no harm. */
const ATTEMPTS = 3;
const BASE_WAIT_MS = 300;
const MAX_WAIT_MS = 5_000;
const ANSWER_DEADLINE_MS = 15_000;
const MAY_PASS: readonly ApiErrorKind[] = ['not-sent', 'unreachable', 'unavailable'];
const OFFLINE = 'You are offline, so nothing was sent. Try again once you are connected.';
const NO_TOKEN =
  'The sign-in service cannot be reached, so nothing was sent. Check your connection and try again.';

export interface HttpClientOptions {
  /** Without a trailing slash. */
  baseUrl: string;
  /** An access token; `fresh` asks for a new one. Fails where the session is over. */
  token(options?: { fresh?: boolean }): Promise<string>;
  /** Told when even a fresh token was refused. */
  onSessionEnded(): void;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Whether the browser believes that it has a network. */
  isOnline(): boolean;
  /** Waits that many ms between attempts. */
  wait(ms: number): Promise<void>;
  random(): number;
  randomBytes(count: number): Uint8Array;
}

export interface ApiRequest<Answer> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: object;
  headers?: Readonly<Record<string, string>>;
  /** Whether a second time would do no second thing: only then is a lost answer tried again. */
  repeatable: boolean;
  /** Reads the answer's body; throws where it is not of the documented shape. */
  answer: { parse(body: unknown): Answer };
}

/** One request to the order API, with token, trace, deadline and careful repetition. */
export class HttpClient {
  readonly #options: HttpClientOptions;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** @throws ApiError whatever goes wrong */
  async send<Answer>(request: ApiRequest<Answer>): Promise<Answer> {
    const trace = new Trace((bytes) => this.#options.randomBytes(bytes));
    const body = await this.#withRepetition(request, trace);
    try {
      return request.answer.parse(body);
    } catch {
      throw new ApiError('unexpected', 'The answer was not understood.');
    }
  }

  async #withRepetition(request: ApiRequest<unknown>, trace: Trace): Promise<unknown> {
    /** What became of the last attempt that left this device. */
    let sent: ApiError | undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#withFreshTokenIfRefused(request, trace);
      } catch (cause) {
        const error = cause instanceof ApiError ? cause : unreachable();
        if (error.kind !== 'not-sent') sent = error;
        const mayPass = MAY_PASS.includes(error.kind);
        if (!request.repeatable || !mayPass || attempt === ATTEMPTS) throw sent ?? error;
        await this.#options.wait(this.#waitMs(attempt));
      }
    }
  }

  async #withFreshTokenIfRefused(request: ApiRequest<unknown>, trace: Trace): Promise<unknown> {
    try {
      return await this.#attempt(request, trace, await this.#token(false));
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.kind !== 'session-ended') throw cause;
    }
    try {
      return await this.#attempt(request, trace, await this.#token(true));
    } catch (cause) {
      if (cause instanceof ApiError && cause.kind === 'session-ended') {
        this.#options.onSessionEnded();
      }
      throw cause;
    }
  }

  async #token(fresh: boolean): Promise<string> {
    try {
      return await this.#options.token({ fresh });
    } catch (cause) {
      const isUnreachable =
        cause instanceof Error && 'isUnreachable' in cause && cause.isUnreachable === true;
      throw isUnreachable
        ? notSent(NO_TOKEN)
        : new ApiError('session-ended', 'The session is over.');
    }
  }

  async #attempt(request: ApiRequest<unknown>, trace: Trace, token: string): Promise<unknown> {
    const headers: Record<string, string> = {
      accept: `application/json, ${PROBLEM_MEDIA_TYPE}`,
      authorization: `Bearer ${token}`,
      traceparent: trace.parent(),
      ...request.headers,
    };
    if (request.body) headers['content-type'] = 'application/json';
    const wasOffline = !this.#options.isOnline();
    const response = await this.#options
      .fetch(this.#url(request), {
        method: request.method,
        headers,
        ...(request.body ? { body: JSON.stringify(request.body) } : {}),
        signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
      })
      .catch(() => {
        // A browser that says so may still reach this very machine, so it is asked to try all the same.
        throw wasOffline && !this.#options.isOnline() ? notSent(OFFLINE) : unreachable();
      });
    const body = await jsonOf(response);
    if (response.ok) return body;
    throw ApiError.ofAnswer(response.status, problemSchema.safeParse(body).data);
  }

  #url({ path, query = {} }: ApiRequest<unknown>): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') search.set(name, String(value));
    }
    const suffix = search.size > 0 ? `?${search.toString()}` : '';
    return this.#options.baseUrl + path + suffix;
  }

  /** Exponential with full jitter, so that many browsers do not come back at one moment. */
  #waitMs(attempt: number): number {
    const ceiling = Math.min(MAX_WAIT_MS, BASE_WAIT_MS * 2 ** attempt);
    return Math.round(ceiling * this.#options.random());
  }
}

function notSent(message: string): ApiError {
  return new ApiError('not-sent', message);
}

function unreachable(): ApiError {
  return new ApiError('unreachable', 'No answer came.');
}

/** The body, or undefined where it is not JSON; an answer cut short is no answer. */
async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => {
    throw unreachable();
  });
  try {
    const body: unknown = JSON.parse(text);
    return body;
  } catch {
    return undefined;
  }
}
