import type { Accounts, SignInStep } from './accounts.ts';
import type { Session } from './session.svelte.ts';

type Challenge = Exclude<SignInStep, { type: 'signed-in' }>;

/** One sign-in from password to session, through whatever Cognito asks on the way. */
export class SignIn {
  readonly #accounts: Pick<Accounts, 'signIn'>;
  readonly #session: Pick<Session, 'begin'>;
  #challenge = $state.raw<Challenge>();
  #isAsking = false;

  constructor(accounts: Pick<Accounts, 'signIn'>, session: Pick<Session, 'begin'>) {
    this.#accounts = accounts;
    this.#session = session;
  }

  /** What Cognito asks now; undefined while the password is still to be given. */
  get challenge(): Challenge | undefined {
    return this.#challenge;
  }

  /** @returns whether the person is signed in now; every verb fails with AuthError */
  async withPassword(email: string, password: string): Promise<boolean> {
    return this.#take(this.#accounts.signIn(email, password));
  }

  async answerNewPassword(password: string, attributes: Record<string, string>): Promise<boolean> {
    if (this.#challenge?.type !== 'new-password') return false;
    return this.#take(this.#challenge.answer(password, attributes));
  }

  async answerCode(code: string): Promise<boolean> {
    const challenge = this.#challenge;
    if (challenge?.type !== 'totp' && challenge?.type !== 'totp-setup') return false;
    return this.#take(challenge.answer(code));
  }

  /**
   * Back to the password: an answer came too late, or it is somebody else after all. Not while Cognito
   * is being asked: its answer may be tokens, and then that person is signed in.
   */
  restart(): void {
    if (!this.#isAsking) this.#challenge = undefined;
  }

  async #take(answer: Promise<SignInStep>): Promise<boolean> {
    this.#isAsking = true;
    const step = await answer.finally(() => (this.#isAsking = false));
    this.#challenge = step.type === 'signed-in' ? undefined : step;
    if (step.type === 'signed-in') this.#session.begin(step.user);
    return step.type === 'signed-in';
  }
}
