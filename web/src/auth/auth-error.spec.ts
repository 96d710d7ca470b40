import { expect, it } from 'vitest';
import {
  AuthError,
  authErrorText,
  changePasswordErrorText,
  signInErrorText,
} from './auth-error.ts';

const WRONG = new AuthError('NotAuthorizedException', 'Incorrect username or password.');
const UNKNOWN = new AuthError('UserNotFoundException', 'User does not exist.');

it('a wrong password at sign-in looks like an unknown user', () => {
  expect(signInErrorText(WRONG)).toBe('Incorrect username or password.');
  expect(signInErrorText(UNKNOWN)).toBe(signInErrorText(WRONG));
});

it('a wrong present password is called that, where no username was typed', () => {
  expect(changePasswordErrorText(WRONG)).toBe('Your present password is not right.');
  const revoked = new AuthError('NotAuthorizedException', 'Access Token has been revoked');
  expect(changePasswordErrorText(revoked)).toBe('Access Token has been revoked');
});

it('an unknown address is called that, where no password was typed', () => {
  expect(authErrorText(UNKNOWN)).toBe('There is no account with this email address.');
});

it('a fault of the sign-in service is told in words for people, which say that it may pass', () => {
  expect(authErrorText(new AuthError('InternalErrorException', 'Internal server error'))).toBe(
    'The sign-in service cannot do that at the moment. Try again later.',
  );
});
