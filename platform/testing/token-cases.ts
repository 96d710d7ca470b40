import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CLIENT_ID, encodePart, signHs256, signRs256 } from './access-token.ts';

/** A pool's key, and what a token that is taken consists of; `claims.iat` is now. */
export interface TokenMint {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  privateKey: KeyObject;
}

/** A token that somebody may show, and whether it is an access token that opens something. */
export interface TokenCase {
  name: string;
  isValid: boolean;
  make: (mint: TokenMint) => string;
}

const SCOPE = 'aws.cognito.signin.user.admin';
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Signed by the pool, with these claims and header in place of the right ones. */
const changed =
  (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
  (mint: TokenMint): string =>
    signRs256({ ...mint.header, ...header }, { ...mint.claims, ...claims }, mint.privateKey);

/** The same, of an instant this far from now. */
const at =
  (claim: string, seconds: number) =>
  (mint: TokenMint): string =>
    changed({ [claim]: nowOf(mint) + seconds })(mint);

/** Signed by the pool, whatever the parts say. */
function signParts(head: string, body: string, key: KeyObject, hash = 'sha256'): string {
  const text = `${head}.${body}`;
  return `${text}.${sign(hash, Buffer.from(text), key).toString('base64url')}`;
}

/** Signed by the pool, with a body of just this text or these bytes. */
const withBody =
  (body: (mint: TokenMint) => string | Buffer) =>
  (mint: TokenMint): string =>
    signParts(
      encodePart(mint.header),
      Buffer.from(body(mint)).toString('base64url'),
      mint.privateKey,
    );

/** The claims as JSON, with more members behind the last one. */
const withMembers = (members: string) =>
  withBody(({ claims }) => `${JSON.stringify(claims).slice(0, -1)},${members}}`);

/** A right token, rewritten. */
const rewritten =
  (rewrite: (token: string) => string) =>
  (mint: TokenMint): string =>
    rewrite(changed({})(mint));

const byForeignKey =
  (header: Record<string, unknown>) =>
  (mint: TokenMint): string =>
    signRs256({ ...mint.header, ...header }, mint.claims, foreign.privateKey);

const bySharedSecret =
  (alg: string) =>
  ({ header, claims, privateKey }: TokenMint): string => {
    const secret = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
    return signHs256({ ...header, alg }, claims, secret);
  };

/** Signed by the pool's key in another way than RS256, and saying so. */
const byAlgorithm =
  (alg: string, hash: string) =>
  ({ header, claims, privateKey }: TokenMint): string =>
    signParts(encodePart({ ...header, alg }), encodePart(claims), privateKey, hash);

const refused: Record<string, TokenCase['make']> = {
  'that is empty': () => '',
  'that is nonsense': () => 'nonsense',
  'of two dots': () => '..',
  'without its signature': rewritten((token) => token.replace(/[^.]*$/, '')),
  'cut to two parts': rewritten((token) => token.replace(/\.[^.]*$/, '')),
  'with a dot behind it': rewritten((token) => `${token}.`),
  'with a dot before it': rewritten((token) => `.${token}`),
  'with a fourth part': rewritten((token) => `${token}.x`),
  'with a blank in its signature': rewritten((token) => `${token.slice(0, -9)} ${token.slice(-9)}`),
  'with padding': rewritten((token) => `${token}==`),
  'whose signature ends in bits that count for nothing': rewritten(withLooseBits),
  'whose body is padded': ({ header, claims, privateKey }) =>
    signParts(
      encodePart(header),
      Buffer.from(JSON.stringify(claims).padEnd(3_001)).toString('base64'),
      privateKey,
    ),
  'whose body is in the other base64': ({ header, claims, privateKey }) =>
    signParts(
      encodePart(header),
      Buffer.from(JSON.stringify({ ...claims, odd: '>>>???' }).padEnd(3_000)).toString('base64'),
      privateKey,
    ),
  'with a blank in its body': ({ header, claims, privateKey }) =>
    signParts(encodePart(header), `${encodePart(claims)} `, privateKey),
  'of more than 10,240 characters': changed({ odd: 'x'.repeat(8_000) }),

  'whose algorithm is none': ({ header, claims }) =>
    `${encodePart({ ...header, alg: 'none' })}.${encodePart(claims)}.`,
  'whose algorithm is nOnE, signed all the same': byAlgorithm('nOnE', 'sha256'),
  'without an algorithm': changed({}, { alg: undefined }),
  'signed by HS256 with the public key': bySharedSecret('HS256'),
  'that says RS256 and is signed by HS256': bySharedSecret('RS256'),
  'signed by RS512': byAlgorithm('RS512', 'sha512'),
  'of an unknown key': byForeignKey({ kid: 'unknown' }),
  'signed by the pool under an unknown key id': changed({}, { kid: 'unknown' }),
  'without a key id': changed({}, { kid: undefined }),
  'whose key id is a number': changed({}, { kid: 1 }),
  'whose key id is a list': (mint) => changed({}, { kid: [mint.header['kid']] })(mint),
  'whose key id is huge': changed({}, { kid: 'x'.repeat(4_000) }),
  'whose key id is of the prototype': changed({}, { kid: '__proto__' }),
  'whose key id climbs directories': byForeignKey({ kid: '../../../../dev/null' }),
  'signed by a foreign key': byForeignKey({}),
  'that brings its own key': byForeignKey({ jwk: foreign.publicKey.export({ format: 'jwk' }) }),
  'that says where its key is': byForeignKey({
    jku: 'http://127.0.0.1:1/keys',
    x5u: 'http://127.0.0.1:1/keys',
  }),
  'with a critical header': changed({}, { crit: ['exp'], exp: 1 }),
  'with a critical header that is empty': changed({}, { crit: [] }),
  'with a critical header that is null': changed({}, { crit: null }),
  'whose body says it is not encoded': changed({}, { crit: ['b64'], b64: false }),
  'whose body says it is not encoded, without saying that it matters': changed({}, { b64: false }),
  'whose claims were edited': (mint) => {
    const [head, , signature] = changed({})(mint).split('.');
    return `${head}.${encodePart({ ...mint.claims, 'cognito:groups': ['admins'] })}.${signature}`;
  },

  'whose body is no JSON': withBody(() => 'nonsense'),
  'whose body is a list': withBody(() => '[]'),
  'whose body is null': withBody(() => 'null'),
  'whose body is a text': withBody(() => '"sub"'),
  'whose body begins with a byte order mark': withBody(
    ({ claims }) => `\ufeff${JSON.stringify(claims)}`,
  ),
  'whose body is not UTF-8': withBody(({ claims }) =>
    Buffer.concat([
      Buffer.from(`${JSON.stringify(claims).slice(0, -1)},"odd":"`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]),
  ),
  'of two ends, the last of them over': withMembers('"exp":1'),
  'of two clients, the last of them another': withMembers('"client_id":"another"'),

  'of another issuer': changed({ iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_o' }),
  'of its issuer with a slash': (mint) => changed({ iss: `${String(mint.claims['iss'])}/` })(mint),
  'of a list of issuers': (mint) => changed({ iss: [mint.claims['iss']] })(mint),
  'without an issuer': changed({ iss: undefined }),
  'that is an ID token': changed({ token_use: 'id', aud: CLIENT_ID, client_id: undefined }),
  'that says ID token and is an access token else': changed({ token_use: 'id' }),
  'without its use': changed({ token_use: undefined }),
  'for another client': changed({ client_id: 'another' }),
  'for a list of clients': changed({ client_id: [CLIENT_ID] }),
  'without a client': changed({ client_id: undefined }),
  'for another audience': changed({ aud: 'https://elsewhere.example' }),
  'for an audience that is a number': changed({ aud: 1 }),
  'without a scope': changed({ scope: undefined }),
  'of an empty scope': changed({ scope: '' }),
  'of other scopes': changed({ scope: 'openid email' }),
  'of a scope that only begins like ours': changed({ scope: `${SCOPE}istrator` }),
  'of a list of scopes': changed({ scope: [SCOPE] }),

  'that has expired': at('exp', -60),
  'that has expired just beyond the leeway': at('exp', -6),
  'without an end': changed({ exp: undefined }),
  'whose end is a text': changed({ exp: '9999999999' }),
  'whose end is a word': changed({ exp: 'Infinity' }),
  'whose end is no finite number': withMembers('"exp":1e999'),
  'whose end is null': changed({ exp: null }),
  'whose end is negative': changed({ exp: -1 }),
  'whose end is far below zero': changed({ exp: -9e15 }),
  'whose end is fractional': at('exp', 3_600.5),
  'whose end is beyond all dates': changed({ exp: 9e15 }),
  'whose end has eleven digits': changed({ exp: 10_000_000_000 }),
  'without the instant of its issue': changed({ iat: undefined }),
  'whose instant of issue is a text': changed({ iat: '1' }),
  'whose instant of issue is negative': changed({ iat: -1 }),
  'whose instant of issue is fractional': at('iat', -0.5),
  'whose instant of issue is beyond all dates': changed({ iat: 9e15 }),
  'that is not valid yet': at('nbf', 60),
  'whose beginning is a text': changed({ nbf: '1' }),
  'whose beginning is negative': changed({ nbf: -1 }),
  'whose beginning is fractional': at('nbf', -0.5),
  'whose beginning is beyond all dates': changed({ nbf: 9e15 }),

  'without a subject': changed({ sub: undefined }),
  'of an empty subject': changed({ sub: '' }),
  'of a subject that is a number': changed({ sub: 1 }),
  'of a subject of 65 characters': changed({ sub: 'x'.repeat(65) }),
  'of a subject with a blank': changed({ sub: 'a b' }),
  'of a subject with a line break': changed({ sub: 'a\nb' }),
  'whose groups are a text': changed({ 'cognito:groups': 'admins' }),
  'whose groups are an object': changed({ 'cognito:groups': { length: 1, 0: 'admins' } }),
  'whose groups are null': changed({ 'cognito:groups': null }),
  'with a group that is a number': changed({ 'cognito:groups': ['admins', 1] }),
  'with a group that is a list': changed({ 'cognito:groups': [['admins']] }),
};

const taken: Record<string, TokenCase['make']> = {
  'as the pool makes it': changed({}),
  'with a type': changed({}, { typ: 'JWT' }),
  'with a header that nobody knows': changed({}, { odd: true }),
  'with claims that nobody knows': changed({ odd: { list: [1] } }),
  'with other scopes beside its own': changed({ scope: `openid ${SCOPE} email` }),
  'for our audience': changed({ aud: CLIENT_ID }),
  'for our audience among others': changed({ aud: ['https://elsewhere.example', CLIENT_ID] }),
  'of two ends, the last of them to come': withMembers('"exp":1,"exp":9999999999'),
  'whose end has ten digits': changed({ exp: 9_999_999_999 }),
  'valid for a minute already': at('nbf', -60),
  'without groups': changed({ 'cognito:groups': undefined }),
  'of no groups': changed({ 'cognito:groups': [] }),
  'of groups that nobody knows': changed({ 'cognito:groups': ['Admins', 'root', ''] }),
};

/**
 * What every place that takes an access token must say to the same token. Where the clock that
 * judges is not the pool's own, `clocksDiffer` adds what the leeway of 5 s lets through.
 */
export function tokenCases({ clocksDiffer }: { clocksDiffer: boolean }): TokenCase[] {
  const late = { 'that has expired within the leeway': at('exp', -4) };
  const early = { 'that is valid within the leeway': at('nbf', 5) };
  return [
    ...Object.entries(refused).map(([name, make]) => ({ name, isValid: false, make })),
    ...Object.entries(taken).map(([name, make]) => ({ name, isValid: true, make })),
    ...Object.entries({ ...late, ...early }).map(([name, make]) => ({
      name,
      isValid: clocksDiffer,
      make,
    })),
  ];
}

const nowOf = ({ claims }: TokenMint): number => Number(claims['iat']);

/** The same bytes in other letters: base64 has unused bits where the length is no multiple of 3. */
function withLooseBits(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + letters.charAt(letters.indexOf(token.slice(-1)) + 1);
}
