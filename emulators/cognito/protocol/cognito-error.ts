/**
 * A refusal as Cognito words it: `name` becomes `__type`, `message` goes to the caller as it is.
 * Everything else that is thrown becomes an InternalErrorException that tells nothing.
 */
export class CognitoError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The one answer to a wrong password, an unknown user and a forged proof alike. */
export const wrongPassword = () => notAuthorized('Incorrect username or password.');

export const notAuthorized = (message: string) =>
  new CognitoError('NotAuthorizedException', message);

export const invalidParameter = (message: string) =>
  new CognitoError('InvalidParameterException', message);

export const userNotFound = () => new CognitoError('UserNotFoundException', 'User does not exist.');

export const codeMismatch = () =>
  new CognitoError(
    'CodeMismatchException',
    'Invalid verification code provided, please try again.',
  );

export const codeExpired = () =>
  new CognitoError('ExpiredCodeException', 'Invalid code provided, please request a code again.');

export const limitExceeded = () =>
  new CognitoError('LimitExceededException', 'Attempt limit exceeded, please try after some time.');

export const tooManyUsers = () =>
  new CognitoError('LimitExceededException', 'This user pool has as many users as it can hold.');

export const emailTaken = () =>
  new CognitoError('AliasExistsException', 'An account with the email already exists.');
