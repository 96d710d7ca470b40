import { z } from 'zod';
import type { ConnectionFacts, EventFactory } from './event-factory.ts';
import type { AuthorizerContext, AuthorizerHandler, LambdaContext } from './gateway-event.ts';
import {
  ACCESS_DENIED,
  AUTHORIZER_FAILED,
  UNAUTHORIZED,
  type GatewayError,
} from './gateway-error.ts';
import type { HandshakeDetails } from './handshake-request.ts';
import type { Invoker } from './invoker.ts';
import { allowsInvoke, policyDocumentSchema } from './policy-document.ts';

export interface Authorizer {
  handler: AuthorizerHandler;
  /**
   * `route.request.header.<name>` or `route.request.querystring.<name>`: where one of them is
   * missing or empty, the answer is 401 and the handler is not called.
   */
  identitySource?: readonly string[];
}

export interface RequestAuthorizerOptions extends Authorizer {
  events: EventFactory;
  invoker: Invoker;
  /** Most bytes of the handler's result as JSON. */
  resultBytes: number;
}

export type Authorization =
  { allowed: true; authorizer: AuthorizerContext } | { allowed: false; error: GatewayError };

const contextValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const resultSchema = z.object({
  principalId: z.string(),
  policyDocument: policyDocumentSchema,
  context: z.record(z.string(), contextValue).nullish(),
});

/**
 * A Lambda REQUEST authorizer, as API Gateway runs it for `$connect`: throwing exactly
 * "Unauthorized" is 401, a policy that does not allow is 403, and any other failure, an object in
 * the context included, is 500 (developer guide, apigateway-websocket-api-lambda-auth and
 * api-gateway-lambda-authorizer-output).
 */
export function createRequestAuthorizer(options: RequestAuthorizerOptions) {
  const { handler, events, invoker, resultBytes } = options;
  const sources = (options.identitySource ?? []).map(createIdentitySource);
  return async (facts: ConnectionFacts, handshake: HandshakeDetails): Promise<Authorization> => {
    if (sources.some((read) => !read(handshake))) return { allowed: false, error: UNAUTHORIZED };
    const event = events.authorizer(facts, handshake);
    // "Unauthorized" is an answer: it must not reach the invoker, which logs failures.
    const answer = async (context: LambdaContext): Promise<unknown> => {
      try {
        return await handler(event, context);
      } catch (error) {
        if (isUnauthorized(error)) return UNAUTHORIZED;
        throw error;
      }
    };
    const invocation = await invoker.invoke('authorizer', answer, { connectionId: facts.id });
    if (invocation.outcome === 'returned' && invocation.value === UNAUTHORIZED) {
      return { allowed: false, error: UNAUTHORIZED };
    }
    const result =
      invocation.outcome === 'returned' ? resultSchema.safeParse(invocation.value) : undefined;
    if (!result?.success || Buffer.byteLength(JSON.stringify(result.data)) > resultBytes)
      return { allowed: false, error: AUTHORIZER_FAILED };
    const { principalId, policyDocument, context } = result.data;
    if (!allowsInvoke(policyDocument, event.methodArn)) {
      return { allowed: false, error: ACCESS_DENIED };
    }
    return { allowed: true, authorizer: { ...texts(context), principalId } };
  };
}

function createIdentitySource(source: string): (handshake: HandshakeDetails) => string | undefined {
  const [, place, name] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (name === undefined) throw new Error(`Unsupported identity source: ${source}`);
  if (place === 'querystring') return ({ query }) => query?.queryStringParameters[name];
  const header = name.toLowerCase();
  return ({ headers }) => {
    const spelling = Object.keys(headers).find((key) => key.toLowerCase() === header);
    return spelling === undefined ? undefined : headers[spelling];
  };
}

function isUnauthorized(error: unknown): boolean {
  return error === 'Unauthorized' || (error instanceof Error && error.message === 'Unauthorized');
}

function texts(
  context: Record<string, string | number | boolean | null> | null | undefined,
): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(context ?? {}).map(([key, value]) => [
      key,
      value === null ? null : String(value),
    ]),
  );
}
