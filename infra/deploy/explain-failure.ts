import { EXIT, Stopped } from './stopped.ts';

const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenProviderError)$/;
const UNKNOWN =
  /^(InvalidClientTokenId|UnrecognizedClientException|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/;
const DENIED =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorizedException)$/;
const UNREACHED =
  /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** What AWS refuses for a reason that everybody meets, with what to do; undefined for what nobody foresaw. */
export function explainFailure(error: unknown): Stopped | undefined {
  if (error instanceof Stopped) return error;
  if (!(error instanceof Error)) return undefined;
  const stop = (code: Stopped['exitCode'], message: string) =>
    new Stopped(code, message, { cause: error });
  const { name, message } = error;
  const code = 'code' in error ? String(error.code) : '';
  if (EXPIRED.test(name) || /token.*expired|session.*expired/i.test(message)) {
    return stop(
      EXIT.credentials,
      'The AWS credentials have expired. Get new ones ("aws sso login", or however you got these), then run this again: what is done is passed over.',
    );
  }
  if (name === 'CredentialsProviderError') {
    const profile = process.env['AWS_PROFILE'];
    if (profile !== undefined) {
      return stop(
        EXIT.credentials,
        `The profile "${profile}" (AWS_PROFILE) has no AWS credentials, or there is no such profile: "aws configure list-profiles" shows those there are, "aws sso login --profile ${profile}" signs in.`,
      );
    }
    return stop(
      EXIT.credentials,
      'There are no AWS credentials. Sign in with "aws sso login" and set AWS_PROFILE, or see "An account, and how to sign in" in docs/deploy.md.',
    );
  }
  if (UNKNOWN.test(name)) {
    return stop(
      EXIT.credentials,
      `AWS does not know these credentials (${name}). Are AWS_PROFILE and AWS_ACCESS_KEY_ID those that you mean, and is the clock of this machine right?`,
    );
  }
  if (DENIED.test(name)) {
    return stop(
      EXIT.credentials,
      `A right is missing: ${message}\ndocs/deploy.md, "Rights", lists what a deployment needs.`,
    );
  }
  if (UNREACHED.test(code)) {
    return stop(
      EXIT.failed,
      `AWS is not reached (${code}). Look at the network and the proxy, then run this again.`,
    );
  }
  if (name === 'ThrottlingException' || name === 'Throttling') {
    return stop(
      EXIT.failed,
      'AWS has been asked too often by this account. Wait a minute, then run this again.',
    );
  }
  return undefined;
}
