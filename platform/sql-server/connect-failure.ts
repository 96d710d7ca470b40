import { databaseErrorKind } from '../database-error.ts';
import type { SqlServerSettings } from './sql-server-endpoint.ts';

/** The server broke off the TLS handshake that TDS 8.0 begins with. */
export class NoStrictEncryption extends Error {
  override name = 'NoStrictEncryption';
  readonly code = 'ENOSTRICT';
}

/** SQL Server Browser did not say at which port the instance listens. */
export class InstanceNotFound extends Error {
  override name = 'InstanceNotFound';
  readonly code = 'ENOINSTANCE';
}

/** What a failure to connect comes from, where the driver's own error does not say it. */
export function connectFailure(
  error: Error,
  { host, instance, encrypt }: SqlServerSettings,
): Error {
  const kind = databaseErrorKind(error);
  const code = 'code' in error ? error.code : undefined;
  // Nobody answers on UDP where a firewall is, so that the lookup ends as the whole attempt does.
  if (instance !== undefined && (code === 'EINSTLOOKUP' || kind === 'timeout')) {
    return new InstanceNotFound(
      `The instance ${instance} of ${host} was not found: ${error.message}`,
    );
  }
  if (encrypt === 'strict' && kind === 'connection-lost') {
    return new NoStrictEncryption(
      `${host} broke off what encrypt=strict begins with: ${error.message}`,
    );
  }
  return error;
}
