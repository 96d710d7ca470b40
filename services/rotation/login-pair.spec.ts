import { bootstrapLogins } from '@ordercast/migrations/command/bootstrap-logins.ts';
import { expect, it } from 'vitest';
import { firstLogin, otherLogin } from './login-pair.ts';

it('a pair is what bootstrap makes of `:pair`', () => {
  const [first = '', second = ''] = bootstrapLogins('shop', ['shop_app=app:pair']).map(
    ({ name }) => name,
  );
  expect(otherLogin(first)).toBe(second);
  expect(otherLogin(second)).toBe(first);
  expect([firstLogin(first), firstLogin(second)]).toEqual([first, first]);
});

it('a login that is called no more than _clone is no second one', () => {
  expect(otherLogin('_clone')).toBe('_clone_clone');
});
