import { describe, expect, it } from 'vitest';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { HeldUser } from '../testing/held-user.ts';
import type { SignInStep } from './accounts.ts';
import { AuthError } from './auth-error.ts';
import type { SignedInUser } from './signed-in-user.ts';
import { SignIn } from './sign-in.svelte.ts';

const MISMATCH = new AuthError('CodeMismatchException', 'Invalid code');

function signInWithHeldAnswers() {
  const passwords = new HeldCalls<[email: string, password: string], SignInStep>();
  const codes = new HeldCalls<[code: string], SignInStep>();
  const chosen = new HeldCalls<
    [password: string, attributes: Record<string, string>],
    SignInStep
  >();
  const begun: SignedInUser[] = [];
  const session = { begin: (user: SignedInUser) => void begun.push(user) };
  const signIn = new SignIn({ signIn: passwords.call }, session);
  const totp = { type: 'totp', answer: codes.call } as const;
  const newPassword = { type: 'new-password', required: ['name'], answer: chosen.call } as const;
  return { signIn, begun, passwords, codes, chosen, totp, newPassword };
}

describe('a sign-in', () => {
  it('goes from challenge to challenge, each answered by its own verb alone', async () => {
    const { signIn, passwords, codes, chosen, totp, newPassword } = signInWithHeldAnswers();
    expect([await signIn.answerCode('1'), await signIn.answerNewPassword('p', {})]).toEqual([
      false,
      false,
    ]);
    const first = signIn.withPassword('ada@example.com', 'old');
    passwords.at(0).answer(newPassword);
    expect([await first, signIn.challenge]).toEqual([false, newPassword]);
    expect(await signIn.answerCode('123456')).toBe(false);
    const second = signIn.answerNewPassword('new', { name: 'Ada' });
    expect(chosen.at(0).args).toEqual(['new', { name: 'Ada' }]);
    chosen.at(0).answer(totp);
    expect([await second, signIn.challenge]).toEqual([false, totp]);
    expect(await signIn.answerNewPassword('p', {})).toBe(false);
    void signIn.answerCode('123456');
    expect([codes.at(0).args, chosen.all.length]).toEqual([['123456'], 1]);
  });

  it('begins the session with its last answer, and asks nothing more', async () => {
    const { signIn, begun, passwords, codes, totp } = signInWithHeldAnswers();
    const user = new HeldUser('ada');
    const first = signIn.withPassword('ada@example.com', 'secret');
    passwords.at(0).answer(totp);
    await first;
    expect(begun).toEqual([]);
    const second = signIn.answerCode('123456');
    codes.at(0).answer({ type: 'signed-in', user });
    expect([await second, signIn.challenge, begun]).toEqual([true, undefined, [user]]);
  });

  it('stays where it is when an answer is refused, and can be started again', async () => {
    const { signIn, passwords, codes, totp } = signInWithHeldAnswers();
    const first = signIn.withPassword('ada@example.com', 'secret');
    passwords.at(0).answer(totp);
    await first;
    const second = signIn.answerCode('000000');
    codes.at(0).fail(MISMATCH);
    await expect(second).rejects.toBe(MISMATCH);
    expect(signIn.challenge).toBe(totp);
    signIn.restart();
    expect(signIn.challenge).toBeUndefined();
  });

  it('is not started again under an answer that is on its way', async () => {
    const { signIn, passwords, codes, totp } = signInWithHeldAnswers();
    const first = signIn.withPassword('ada@example.com', 'secret');
    passwords.at(0).answer(totp);
    await first;
    void signIn.answerCode('123456');
    signIn.restart();
    expect(signIn.challenge).toBe(totp);
    codes.at(0).answer(totp);
    await settled();
    signIn.restart();
    expect(signIn.challenge).toBeUndefined();
  });
});
