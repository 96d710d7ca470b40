/** The server answered the login with an error of its own, such as 18456 or 4060. */
export class LoginRefused extends Error {
  override name = 'LoginRefused';
  readonly code = 'ELOGIN';
  readonly number: number;
  readonly state: number;

  constructor(cause: Error, refusal: { number: number; state: number }) {
    super(cause.message, { cause });
    this.number = refusal.number;
    this.state = refusal.state;
  }
}
