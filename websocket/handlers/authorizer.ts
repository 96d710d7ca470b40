import { BEARER_PREFIX } from '@ordercast/protocol/limits.ts';
import type { Logger } from 'pino';
import { z } from 'zod';
import { encodeIdentity } from './authorizer-context.ts';
import { handshakeHeadersSchema, offeredSubprotocols } from './subprotocol.ts';
import type { VerifyToken } from './token-verifier.ts';
import { TokenRefused } from './token-verifier.ts';

const eventSchema = handshakeHeadersSchema.extend({ methodArn: z.string() });

export interface AuthorizerPolicy {
  principalId: string;
  policyDocument: {
    Version: '2012-10-17';
    Statement: { Action: 'execute-api:Invoke'; Effect: 'Allow' | 'Deny'; Resource: string }[];
  };
  context: Record<string, string>;
}

export interface AuthorizerOptions {
  verifyToken: VerifyToken;
  /** Origins of pages that may connect; programs send none. */
  allowedOrigins: readonly string[];
  logger: Pick<Logger, 'info'>;
}

/**
 * Decides who may connect, by the access token among the offered subprotocols. A missing or bad
 * token is thrown as "Unauthorized", which API Gateway answers 401; a foreign page gets a policy
 * that denies, which it answers 403; and where the keys cannot be had the error makes it 500.
 */
export function createAuthorizer({ verifyToken, allowedOrigins, logger }: AuthorizerOptions) {
  return async (event: unknown): Promise<AuthorizerPolicy> => {
    const { methodArn, ...handshake } = eventSchema.parse(event);
    const token = bearerToken(handshake);
    if (token === undefined) throw new Error('Unauthorized');
    const identity = await verifyToken(token).catch((error: unknown) => {
      if (!(error instanceof TokenRefused)) throw error;
      logger.info({ reason: error.message }, 'token refused');
      throw new Error('Unauthorized');
    });
    const origin = headerOf(handshake.headers, 'origin');
    const isAllowed = origin === undefined || allowedOrigins.includes(origin);
    if (!isAllowed) logger.info({ origin }, 'origin refused');
    return {
      principalId: identity.sub,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: isAllowed ? 'Allow' : 'Deny',
            Resource: methodArn,
          },
        ],
      },
      context: encodeIdentity(identity),
    };
  };
}

function bearerToken(handshake: z.infer<typeof handshakeHeadersSchema>): string | undefined {
  const bearers = offeredSubprotocols(handshake).filter((offer) => offer.startsWith(BEARER_PREFIX));
  return bearers.length === 1 ? bearers[0]?.slice(BEARER_PREFIX.length) : undefined;
}

function headerOf(headers: Record<string, string>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
