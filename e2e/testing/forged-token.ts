import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  decodeToken,
  encodePart,
  signHs256,
  signRs256,
} from '@ordercast/platform/testing/access-token.ts';
import { z } from 'zod';

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kid: z.string() })).min(1) });

/** Everything that a stranger can make of a real token and the public keys; none may be taken. */
export async function forgedTokens(real: string, jwksUrl: string): Promise<Record<string, string>> {
  const [head = '', body = '', signature = ''] = real.split('.');
  const { header, claims } = decodeToken(real);
  const { keys } = jwksSchema.parse(await (await fetch(jwksUrl)).json());
  const [jwk] = keys;
  if (jwk === undefined) throw new Error('the JWKS is empty');
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreignJwk = foreign.publicKey.export({ format: 'jwk' });
  const soon = Math.floor(Date.now() / 1000) + 3600;
  return {
    'algorithm none': `${encodePart({ ...header, alg: 'none' })}.${body}.`,
    'algorithm nOnE with the old signature': `${encodePart({ ...header, alg: 'nOnE' })}.${body}.${signature}`,
    'stripped signature': `${head}.${body}.`,
    'two parts': `${head}.${body}`,
    'HS256 keyed with the public key': signHs256({ ...header, alg: 'HS256' }, claims, pem),
    'foreign key': signRs256(header, claims, foreign.privateKey),
    'foreign key under an unknown kid': signRs256(
      { ...header, kid: 'x' },
      claims,
      foreign.privateKey,
    ),
    'embedded jwk': signRs256({ ...header, jwk: foreignJwk }, claims, foreign.privateKey),
    'jku of a stranger': signRs256(
      { ...header, jku: 'http://127.0.0.1:1/jwks.json' },
      claims,
      foreign.privateKey,
    ),
    'kid traversal': signHs256(
      { ...header, alg: 'HS256', kid: '../../../../../../dev/null' },
      claims,
      '',
    ),
    'edited claims': `${head}.${encodePart({ ...claims, 'cognito:groups': ['admins'] })}.${signature}`,
    'edited expiry': `${head}.${encodePart({ ...claims, exp: soon + 60 })}.${signature}`,
    'another issuer': signRs256(
      header,
      { ...claims, iss: 'http://evil.example' },
      foreign.privateKey,
    ),
    'no token at all': 'x',
    'a dot': '.',
  };
}
