import type { ConnectionConfiguration } from 'tedious';

export interface Credentials {
  user: string;
  password: string;
}

export interface SqlServerSettings {
  host: string;
  port: number;
  database: string;
  /** `strict` is TDS 8.0: TLS before anything else is said. */
  encrypt: boolean | 'strict';
  /** Whether any certificate is taken: for a laptop only. */
  trustServerCertificate: boolean;
  /** PEM text of the authorities that are trusted instead of the system's. */
  ca: string | undefined;
  connectTimeoutMs: number;
  /** How long a statement may take; 0 is without end. */
  requestTimeoutMs: number;
  /** How long a statement waits for a lock; undefined is as long as it may take at all. */
  lockTimeoutMs?: number;
  appName: string;
}

/**
 * A server, and who we are to it. The password stays inside: nothing that prints or copies this
 * object can show it.
 */
export class SqlServerEndpoint {
  readonly settings: SqlServerSettings;
  readonly #fetch: () => Promise<Credentials>;
  #known: Promise<Credentials> | undefined;

  /** `fetchCredentials` is asked once, and again after the server has refused what it gave. */
  constructor(settings: SqlServerSettings, fetchCredentials: () => Promise<Credentials>) {
    this.settings = settings;
    this.#fetch = fetchCredentials;
  }

  credentials(): Promise<Credentials> {
    if (this.#known === undefined) {
      const asked = this.#fetch();
      this.#known = asked;
      asked.catch(() => this.#forget(asked));
    }
    return this.#known;
  }

  /**
   * Asks for the credentials anew, for instance after a rotation of the password. False where they
   * are the refused ones still, so that trying them again would only count towards a lock-out.
   */
  async renewed(refused: Credentials): Promise<boolean> {
    const known = await this.credentials();
    if (known === refused) this.#known = undefined;
    const { user, password } = await this.credentials();
    return user !== refused.user || password !== refused.password;
  }

  connectionConfig({ user, password }: Credentials): ConnectionConfiguration {
    const { settings } = this;
    return {
      server: settings.host,
      authentication: { type: 'default', options: { userName: user, password } },
      options: {
        port: settings.port,
        database: settings.database,
        encrypt: settings.encrypt,
        trustServerCertificate: settings.trustServerCertificate,
        ...(settings.ca !== undefined && { cryptoCredentialsDetails: { ca: settings.ca } }),
        connectTimeout: settings.connectTimeoutMs,
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

  #forget(asked: Promise<Credentials>): void {
    if (this.#known === asked) this.#known = undefined;
  }
}
