import type { ConnectionConfiguration } from 'tedious';
import type { Credentials, ServerLogin } from './server-login.ts';

export interface SqlServerSettings {
  host: string;
  port: number;
  /** A named instance, whose port SQL Server Browser is asked for instead. */
  instance: string | undefined;
  /** The Windows domain of the user, who logs in by NTLM; undefined: a login of SQL Server. */
  domain: string | undefined;
  database: string;
  /** `strict` is TDS 8.0: TLS before anything else is said. */
  encrypt: boolean | 'strict';
  /** Whether any certificate is taken: for a laptop only. */
  trustServerCertificate: boolean;
  /** PEM text of the authorities that are trusted instead of the system's. */
  ca: string | undefined;
  /** Whether all addresses of the host are tried at once, as an availability group over subnets wants. */
  multiSubnetFailover: boolean;
  connectTimeoutMs: number;
  /** How long a statement may take; 0 is without end. */
  requestTimeoutMs: number;
  /** How long a statement waits for a lock; undefined is as long as it may take at all. */
  lockTimeoutMs?: number;
  appName: string;
}

/** A server, and who we are to it. */
export class SqlServerEndpoint {
  readonly settings: SqlServerSettings;
  readonly login: ServerLogin;

  constructor(settings: SqlServerSettings, login: ServerLogin) {
    this.settings = settings;
    this.login = login;
  }

  connectionConfig({ user, password }: Credentials): ConnectionConfiguration {
    const { settings } = this;
    return {
      server: settings.host,
      authentication: authenticationOf(user, password, settings.domain),
      options: {
        ...(settings.instance === undefined
          ? { port: settings.port }
          : { instanceName: settings.instance }),
        multiSubnetFailover: settings.multiSubnetFailover,
        database: settings.database,
        encrypt: settings.encrypt,
        trustServerCertificate: settings.trustServerCertificate,
        ...(settings.ca !== undefined && { cryptoCredentialsDetails: { ca: settings.ca } }),
        connectTimeout: settings.connectTimeoutMs,
        // Who asked for the connection tries again, at growing pauses; tedious would by itself, at fixed ones.
        maxRetriesOnTransientErrors: 0,
        requestTimeout: settings.requestTimeoutMs,
        appName: settings.appName,
        // Any error ends the whole transaction, also on the server.
        abortTransactionOnError: true,
        rowCollectionOnDone: false,
        rowCollectionOnRequestCompletion: false,
        useColumnNames: false,
        useUTC: true,
      },
    };
  }
}

/** A login of SQL Server has no backslash in its name (CREATE LOGIN): `DOMAIN\name` is an account of Windows. */
function authenticationOf(
  user: string,
  password: string,
  domain: string | undefined,
): ConnectionConfiguration['authentication'] {
  const at = user.indexOf('\\');
  if (at > 0) return authenticationOf(user.slice(at + 1), password, user.slice(0, at));
  return domain === undefined
    ? { type: 'default', options: { userName: user, password } }
    : { type: 'ntlm', options: { userName: user, password, domain } };
}
