import { expect, it } from 'vitest';
import { otpauthUri, spacedSecret } from './otpauth-uri.ts';

it('names the account in the link that authenticator apps take', () => {
  const uri = new URL(otpauthUri('JBSWY3DP', 'ada+x@example.com'));
  expect(uri.protocol + uri.host).toBe('otpauth:totp');
  expect(decodeURIComponent(uri.pathname)).toBe('/Ordercast:ada+x@example.com');
  expect(Object.fromEntries(uri.searchParams)).toEqual({ secret: 'JBSWY3DP', issuer: 'Ordercast' });
});

it('groups a secret for reading it out', () => {
  expect(spacedSecret('JBSWY3DPEH')).toBe('JBSW Y3DP EH');
});
