/** A refusal by Cognito, named by its own error code (`NotAuthorizedException`, …). */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  /** Whatever amazon-cognito-identity-js hands to a callback, as an AuthError. */
  static from(cause: unknown): AuthError {
    if (cause instanceof AuthError) return cause;
    if (!(cause instanceof Error)) return new AuthError('Unknown', String(cause));
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
    return new AuthError(code, cause.message);
  }

  /** Cognito was never reached or never answered, so nothing is known. */
  get isUnreachable(): boolean {
    return this.code === 'NetworkError';
  }
}

/** Cognito's answer to a wrong password, whatever it was asked for. */
const WRONG_PASSWORD = 'Incorrect username or password.';

/** What to read where signing in failed: whether there is such an account is not told. */
export function signInErrorText(error: AuthError): string {
  return error.code === 'UserNotFoundException' ? WRONG_PASSWORD : authErrorText(error);
}

/** What to read where a password could not be changed: no username was typed there. */
export function changePasswordErrorText(error: AuthError): string {
  return error.code === 'NotAuthorizedException' && error.message === WRONG_PASSWORD
    ? 'Your present password is not right.'
    : authErrorText(error);
}

/** What a person should read; Cognito's own words where they help, ours where they do not. */
export function authErrorText(error: AuthError): string {
  switch (error.code) {
    case 'NotAuthorizedException':
      return error.message === 'User is disabled.'
        ? 'This account is disabled. Ask your administrator.'
        : error.message;
    case 'UserNotFoundException':
      return 'There is no account with this email address.';
    case 'UsernameExistsException':
      return 'There is already an account with this email address. Sign in instead.';
    case 'CodeMismatchException':
      return 'That code is not right. Check it and try again.';
    case 'EnableSoftwareTokenMFAException':
      return 'That code is not right. Check that the clock of your phone is right, and try the next code.';
    case 'ExpiredCodeException':
      return 'That code has expired or was used already. Ask for a new one.';
    case 'LimitExceededException':
    case 'TooManyRequestsException':
    case 'TooManyFailedAttemptsException':
      return 'Too many attempts. Wait a while, then try again.';
    case 'PasswordResetRequiredException':
      return 'Your password must be reset. Use “Forgotten your password?” to set a new one.';
    case 'InternalErrorException':
      return 'The sign-in service cannot do that at the moment. Try again later.';
    case 'NetworkError':
      return 'The sign-in service cannot be reached. Check your connection and try again.';
    default:
      return error.message || 'Something went wrong. Try again.';
  }
}
