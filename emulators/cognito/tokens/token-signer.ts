import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { isCompactToken, tokenHeaderSchema } from '@ordercast/platform/access-token.ts';
import { z } from 'zod';

/** The pool's RSA key at work: RS256 alone, no other key is ever believed. */
export interface TokenSigner {
  sign(claims: object): string;
  /** The claims of a token that this key signed, whatever they are, or undefined. */
  verify(token: string): unknown;
  /** The key set that `jwks.json` shows. */
  jwks: { keys: readonly object[] };
}

/** `privateKey` is a PKCS #8 PEM. */
export function createTokenSigner(privateKey: string): TokenSigner {
  const key = createPrivateKey(privateKey);
  const publicKey = createPublicKey(key);
  const { n, e } = z
    .object({ n: z.string(), e: z.string() })
    .parse(publicKey.export({ format: 'jwk' }));
  const kid = thumbprint(n, e);
  const header = encode({ kid, alg: 'RS256' });

  return {
    jwks: { keys: [{ alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' }] },
    sign(claims) {
      const content = `${header}.${encode(claims)}`;
      return `${content}.${sign('RSA-SHA256', Buffer.from(content), key).toString('base64url')}`;
    },
    verify(token) {
      if (!isCompactToken(token)) return undefined;
      const [head = '', claims = '', signature = ''] = token.split('.');
      if (tokenHeaderSchema.safeParse(decode(head)).data?.kid !== kid) return undefined;
      const content = Buffer.from(`${head}.${claims}`);
      const genuine = verify('RSA-SHA256', content, publicKey, Buffer.from(signature, 'base64url'));
      return genuine ? decode(claims) : undefined;
    },
  };
}

/** RFC 7638. */
function thumbprint(n: string, e: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
}
