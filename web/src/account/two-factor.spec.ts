import { describe, expect, it } from 'vitest';
import { AuthError } from '../auth/auth-error.ts';
import { TwoFactor } from './two-factor.svelte.ts';

/** Cognito's memory of one account's second proof. */
function account() {
  const stored = { isOn: false, secret: '' };
  let refusal: AuthError | undefined;
  const answer = <T>(give: () => T) =>
    refusal ? Promise.reject(refusal) : Promise.resolve(give());
  return {
    stored,
    refuse: (error: AuthError | undefined) => (refusal = error),
    hasTotp: () => answer(() => stored.isOn),
    beginTotp: () => answer(() => (stored.secret = 'JBSWY3DP')),
    confirmTotp: (code: string) =>
      code === '123456'
        ? answer(() => void (stored.isOn = true))
        : Promise.reject(new AuthError('EnableSoftwareTokenMFAException', 'Code mismatch')),
    removeTotp: () => answer(() => void (stored.isOn = false)),
  };
}

describe('two-step sign-in', () => {
  it('is set up, turned on by a right code alone, and off again', async () => {
    const user = account();
    const twoFactor = new TwoFactor(user, () => Promise.resolve());
    await twoFactor.load();
    expect(twoFactor.state).toBe('off');
    await twoFactor.begin();
    expect([twoFactor.state, twoFactor.secret]).toEqual(['setting-up', 'JBSWY3DP']);
    await expect(twoFactor.confirm('000000')).rejects.toThrow(AuthError);
    expect([twoFactor.state, user.stored.isOn]).toEqual(['setting-up', false]);
    await twoFactor.confirm('123456');
    expect([twoFactor.state, twoFactor.secret, user.stored.isOn]).toEqual(['on', '', true]);
    await twoFactor.remove();
    expect([twoFactor.state, user.stored.isOn]).toEqual(['off', false]);
  });

  it('keeps no secret that was not wanted after all', async () => {
    const twoFactor = new TwoFactor(account(), () => Promise.resolve());
    await twoFactor.begin();
    twoFactor.cancel();
    expect([twoFactor.state, twoFactor.secret]).toEqual(['off', '']);
  });

  it('has the session checked where the token is refused', async () => {
    const user = account();
    let checks = 0;
    const twoFactor = new TwoFactor(user, () => Promise.resolve((checks += 1)));
    user.refuse(new AuthError('NotAuthorizedException', 'Access Token has been revoked'));
    await twoFactor.load();
    expect([twoFactor.state, checks]).toEqual(['failed', 1]);
    user.refuse(new AuthError('NetworkError', 'Network error'));
    await twoFactor.load();
    expect([twoFactor.state, checks]).toEqual(['failed', 1]);
    user.refuse(undefined);
    await twoFactor.load();
    expect(twoFactor.state).toBe('off');
  });
});
