import type { KeyObject } from 'node:crypto';
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll } from 'vitest';

export const CLIENT_ID = 'ordercastweb0000000000000a';

export interface TokenIssuer {
  issuer: string;
  /** How often its keys were asked for. */
  keyRequests: () => number;
  /** While true, keys are answered with 503. */
  setBroken: (isBroken: boolean) => void;
  /** A whole access token of `sub`, with these claims and header fields changed. */
  token: (
    sub: string,
    claims?: Record<string, unknown>,
    header?: Record<string, unknown>,
  ) => string;
  publicKey: KeyObject;
}

/** A pool's keys behind `<issuer>/.well-known/jwks.json`, and tokens signed by them. */
export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }];
  let requests = 0;
  let broken = false;
  const server = createServer((request, response) => {
    requests += 1;
    if (broken || request.url !== '/pool/.well-known/jwks.json') {
      response.writeHead(broken ? 503 : 404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  const issuer = `http://127.0.0.1:${address.port}/pool`;
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    issuer,
    keyRequests: () => requests,
    setBroken: (isBroken) => {
      broken = isBroken;
    },
    token: (sub, claims = {}, header = {}) =>
      signRs256({ kid: 'one', ...header }, accessClaims(issuer, sub, claims), privateKey),
    publicKey,
  };
}

/** The claims of Cognito's access tokens. */
export function accessClaims(
  issuer: string,
  sub: string,
  changed: Record<string, unknown> = {},
): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    sub,
    iss: issuer,
    client_id: CLIENT_ID,
    origin_jti: randomUUID(),
    event_id: randomUUID(),
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
    auth_time: now,
    exp: now + 3600,
    iat: now,
    jti: randomUUID(),
    username: sub,
    ...changed,
  };
}

export function signRs256(
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
  key: KeyObject,
): string {
  const text = `${base64({ alg: 'RS256', typ: 'JWT', ...header })}.${base64(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

/** What an attacker makes who signs with the public key as if it were a shared secret. */
export function signHs256(
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
  secret: string | Buffer,
): string {
  const text = `${base64({ alg: 'HS256', typ: 'JWT', ...header })}.${base64(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export function base64(part: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
