import type { TestUser, TestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for what is none. */
  body: unknown;
  text: string;
}

/** A request as a user; a `body` that is no string is sent as JSON. */
export type CallAs = (
  user: TestUser | undefined,
  method: string,
  path: string,
  options?: { body?: unknown; headers?: Record<string, string> },
) => Promise<Answer>;

/** Calls the API at `url` with tokens of `pool`. */
export function callAs(url: string, pool: Pick<TestUserPool, 'tokenFor'>): CallAs {
  return async (user, method, path, { body, headers = {} } = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(user && { Authorization: `Bearer ${pool.tokenFor(user)}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('Content-Type')?.includes('json') ?? false;
    const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, body: parsed, text };
  };
}
