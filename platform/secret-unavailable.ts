/** A secret could not be read or used; the text names the secret and the cause, never a value. */
export class SecretUnavailable extends Error {
  override name = 'SecretUnavailable';
  readonly code = 'ESECRET';
}
