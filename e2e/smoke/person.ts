import { problemSchema } from '@ordercast/contract/problem.ts';
import type { AppConfig } from '@ordercast/web/src/app-config.ts';
import { Accounts } from '@ordercast/web/src/auth/accounts.ts';
import type { SignedInUser } from '@ordercast/web/src/auth/signed-in-user.ts';
import { MemoryStorage } from '@ordercast/web/src/testing/memory-storage.ts';
import { CognitoUserPool } from 'amazon-cognito-identity-js';
import type { z } from 'zod';
import type { Login } from './arguments.ts';
import { Unexpected } from './step-runner.ts';

interface Request<Schema extends z.ZodType> {
  status: number;
  schema: Schema;
  body?: unknown;
  headers?: Record<string, string>;
  signal: AbortSignal;
}

/** Somebody who has signed in, by the code that the page signs in with. */
export class Person {
  readonly user: SignedInUser;
  readonly #apiUrl: string;

  constructor(user: SignedInUser, apiUrl: string) {
    this.user = user;
    this.#apiUrl = apiUrl;
  }

  /** Calls the order API. Throws {@link Unexpected} where another status or shape comes than was asked for. */
  async call<Schema extends z.ZodType>(
    method: string,
    path: string,
    { status, schema, body, headers = {}, signal }: Request<Schema>,
  ): Promise<z.infer<Schema>> {
    const response = await fetch(`${this.#apiUrl}${path}`, {
      method,
      signal,
      headers: {
        Authorization: `Bearer ${await this.user.accessToken()}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const content: unknown = await response.json().catch(() => undefined);
    if (response.status !== status) throw new Unexpected(toText(response, content));
    const result = schema.safeParse(content);
    if (result.success) return result.data;
    const fields = result.error.issues.map((issue) => issue.path.join('.') || 'the whole');
    throw new Unexpected(`${status}, of another shape: ${fields.join(', ')}`);
  }
}

/** Signs in by SRP. Throws AuthError where Cognito refuses, {@link Unexpected} where it asks for more than a password. */
export async function signIn(config: AppConfig, { email, password }: Login): Promise<Person> {
  const storage = new MemoryStorage();
  const pool = new CognitoUserPool({
    UserPoolId: config.userPoolId,
    ClientId: config.userPoolClientId,
    Storage: storage,
    ...(config.cognitoEndpoint !== '' && { endpoint: config.cognitoEndpoint }),
  });
  const step = await new Accounts({ pool, storage, clock: Date.now }).signIn(email, password);
  if (step.type === 'signed-in') return new Person(step.user, config.apiUrl);
  throw new Unexpected(`a question for more than the password: ${step.type}`);
}

/** Of an answer only what our own problem details say: whatever else it holds may quote the request. */
function toText({ status, headers }: Response, content: unknown): string {
  const problem = problemSchema.safeParse(content).data;
  if (problem === undefined) return `${status}, ${headers.get('Content-Type') ?? 'without a body'}`;
  const faults = (problem.errors ?? []).map(({ path, message }) => `${path}: ${message}`);
  const told = [problem.detail, ...faults].join(' ');
  return `${status} ${problem.title}: ${told} (request ${problem.requestId})`;
}
