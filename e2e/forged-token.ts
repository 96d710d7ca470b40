import { createHmac, createPublicKey, createSign, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';

const partSchema = z.record(z.string(), z.unknown());
type Part = z.infer<typeof partSchema>;

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kid: z.string() })).min(1) });

/** Everything that a stranger can make of a real token and the public keys; none may be taken. */
export async function forgedTokens(real: string, jwksUrl: string): Promise<Record<string, string>> {
  const [head = '', body = '', signature = ''] = real.split('.');
  const header = decode(head);
  const claims = decode(body);
  const { keys } = jwksSchema.parse(await (await fetch(jwksUrl)).json());
  const [jwk] = keys;
  if (jwk === undefined) throw new Error('the JWKS is empty');
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreignJwk = foreign.publicKey.export({ format: 'jwk' });
  const soon = Math.floor(Date.now() / 1000) + 3600;
  return {
    'algorithm none': `${encode({ ...header, alg: 'none' })}.${body}.`,
    'algorithm nOnE with the old signature': `${encode({ ...header, alg: 'nOnE' })}.${body}.${signature}`,
    'stripped signature': `${head}.${body}.`,
    'two parts': `${head}.${body}`,
    'HS256 keyed with the public key': hmac(encode({ ...header, alg: 'HS256' }), body, String(pem)),
    'foreign key': rsa(header, claims, foreign.privateKey),
    'foreign key under an unknown kid': rsa({ ...header, kid: 'x' }, claims, foreign.privateKey),
    'embedded jwk': rsa({ ...header, jwk: foreignJwk }, claims, foreign.privateKey),
    'jku of a stranger': rsa(
      { ...header, jku: 'http://127.0.0.1:1/jwks.json' },
      claims,
      foreign.privateKey,
    ),
    'kid traversal': hmac(
      encode({ ...header, alg: 'HS256', kid: '../../../../../../dev/null' }),
      body,
      '',
    ),
    'edited claims': `${head}.${encode({ ...claims, 'cognito:groups': ['admins'] })}.${signature}`,
    'edited expiry': `${head}.${encode({ ...claims, exp: soon + 60 })}.${signature}`,
    'another issuer': rsa(header, { ...claims, iss: 'http://evil.example' }, foreign.privateKey),
    'no token at all': 'x',
    'a dot': '.',
  };
}

function decode(part: string): Part {
  return partSchema.parse(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
}

function encode(part: Part): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function hmac(head: string, body: string, key: string): string {
  const signature = createHmac('sha256', key).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
}

function rsa(header: Part, claims: Part, key: KeyObject): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}
