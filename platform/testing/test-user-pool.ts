import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { accessClaims, CLIENT_ID, decodeToken, signRs256 } from './access-token.ts';
import { portOf } from './port-of.ts';

/** A person that the test pool knows. */
export interface TestUser {
  sub: string;
  name: string;
  email: string;
  /** False until they have proven the address. */
  isVerified?: boolean;
  groups?: readonly string[];
}

export interface TestUserPool {
  issuer: string;
  jwksUri: string;
  clientId: string;
  /** Speaks `GetUser` of Cognito's JSON protocol. */
  endpoint: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
  kid: string;
  /** An access token as Cognito gives it, with what `claims` and `header` change about it. */
  token: (
    sub: string,
    claims?: Record<string, unknown>,
    header?: Record<string, unknown>,
  ) => string;
  /** The same for a person whom `GetUser` knows from then on. */
  tokenFor: (
    user: TestUser,
    claims?: Record<string, unknown>,
    header?: Record<string, unknown>,
  ) => string;
  /** How often the server was asked for each: `GetUser`, `jwks`. */
  calls: Map<string, number>;
  /** How the server behaves: as it should, refusing tokens, or answering 500 to everything. */
  setMode: (mode: 'up' | 'refusing' | 'down') => void;
  /** Replaces the key pair, as a rotation does. */
  rotate: () => void;
  close: () => Promise<void>;
}

const subject = z.object({ sub: z.string() });
const tokenBody = z.object({ AccessToken: z.string() });

/** A user pool on a port of its own: real keys, real JWKS, GetUser for the tokens that it signed. */
export async function startTestUserPool(): Promise<TestUserPool> {
  const users = new Map<string, TestUser>();
  const calls = new Map<string, number>();
  let mode: 'up' | 'refusing' | 'down' = 'up';
  let keys = newKeys();

  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const count = (name: string) => calls.set(name, (calls.get(name) ?? 0) + 1);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const isJwks = request.url?.endsWith('/jwks.json') === true;
    count(isJwks ? 'jwks' : 'GetUser');
    if (mode === 'down') {
      response.writeHead(500).end();
      return;
    }
    if (isJwks) {
      const jwk = keys.publicKey.export({ format: 'jwk' });
      const set = { keys: [{ ...jwk, kid: keys.kid, alg: 'RS256', use: 'sig' }] };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(set));
      return;
    }
    const claims = subject.parse(decodeToken(tokenBody.parse(JSON.parse(body)).AccessToken).claims);
    const user = users.get(claims.sub);
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    if (user === undefined || mode === 'refusing') {
      response.writeHead(400);
      response.end(JSON.stringify({ __type: 'NotAuthorizedException', message: 'Revoked' }));
      return;
    }
    const { sub, email, name, isVerified = true } = user;
    const attributes = { sub, email, name, email_verified: String(isVerified) };
    const UserAttributes = Object.entries(attributes)
      .filter(([, Value]) => Value !== '')
      .map(([Name, Value]) => ({ Name, Value }));
    response.end(JSON.stringify({ Username: user.sub, UserAttributes }));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const endpoint = `http://127.0.0.1:${port}`;
  const issuer = `${endpoint}/us-east-1_ordercast`;

  // All tokens come from one sign-in, unless a test says otherwise.
  const { auth_time } = accessClaims(issuer, '');
  const token: TestUserPool['token'] = (sub, claims, header) =>
    signRs256(
      { kid: keys.kid, ...header },
      accessClaims(issuer, sub, { auth_time, ...claims }),
      keys.privateKey,
    );

  return {
    issuer,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    clientId: CLIENT_ID,
    endpoint,
    get publicKey() {
      return keys.publicKey;
    },
    get privateKey() {
      return keys.privateKey;
    },
    get kid() {
      return keys.kid;
    },
    token,
    tokenFor: (user, claims, header) => {
      users.set(user.sub, user);
      const groups = user.groups ?? [];
      return token(
        user.sub,
        { ...(groups.length > 0 && { 'cognito:groups': groups }), ...claims },
        header,
      );
    },
    calls,
    setMode: (next) => {
      mode = next;
    },
    rotate: () => {
      keys = newKeys();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject; kid: string } {
  return { ...generateKeyPairSync('rsa', { modulusLength: 2048 }), kid: randomUUID() };
}
