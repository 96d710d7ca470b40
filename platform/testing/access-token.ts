import type { KeyObject } from 'node:crypto';
import { createHmac, randomUUID, sign } from 'node:crypto';

/** The app client of the laptop's pool and of every test's. */
export const CLIENT_ID = 'ordercastweb0000000000000a';

type Part = Record<string, unknown>;

/** The claims of Cognito's access tokens, an hour to live; `changed` replaces or, undefined, removes some. */
export function accessClaims(issuer: string, sub: string, changed: Part = {}): Part {
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

/** A JWT whose header says RS256 unless `header` says otherwise, and which RS256 signs. */
export function signRs256(header: Part, claims: Part, key: KeyObject): string {
  const text = `${encodePart({ alg: 'RS256', typ: 'JWT', ...header })}.${encodePart(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

/** What an attacker makes who signs with the public key as if it were a shared secret. */
export function signHs256(header: Part, claims: Part, secret: string | Buffer): string {
  const text = `${encodePart({ alg: 'HS256', typ: 'JWT', ...header })}.${encodePart(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** One part of a JWT, in base64url. */
export function encodePart(part: Part): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Header and claims of a JWT, unchecked. */
export function decodeToken(token: string): { header: Part; claims: Part } {
  const [header = '', claims = ''] = token.split('.');
  return { header: decodePart(header), claims: decodePart(claims) };
}

function decodePart(part: string): Part {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
  return Object.fromEntries(Object.entries(value ?? {}));
}
