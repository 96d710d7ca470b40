import { LoginGate } from './login-gate.ts';
import { LoginRefused } from './login-refused.ts';

export interface Credentials {
  user: string;
  password: string;
}

export interface ServerLoginOptions {
  /** Reads the credentials anew after the server has refused those that are known; without it nothing else is tried. */
  fetch?: () => Promise<Credentials>;
  /** Milliseconds that only ever go on; the machine's unless given. */
  clock?: () => number;
  /** 0 ≤ x < 1. */
  random?: () => number;
}

const LOGIN_FAILED = 18456;

/**
 * Who a program is to its server, shared by all its connections. The password stays inside: nothing that prints or copies this
 * object can show it.
 */
export class ServerLogin {
  #known: Credentials;
  readonly #fetch: ServerLoginOptions['fetch'];
  readonly #gate: LoginGate;
  #fetching: Promise<Credentials> | undefined;

  constructor(
    known: Credentials,
    { fetch, clock = () => performance.now(), random = Math.random }: ServerLoginOptions = {},
  ) {
    this.#known = known;
    this.#fetch = fetch;
    this.#gate = new LoginGate({ clock, random });
  }

  /**
   * Logs in with the known credentials. Where they are refused, as after a rotation of the password, they are read anew
   * once, and tried once where they are others. After a refusal nothing is tried for a while: see {@link LoginGate}.
   */
  connect<Connection>(
    logIn: (credentials: Credentials) => Promise<Connection>,
  ): Promise<Connection> {
    return this.#gate.pass(async () => {
      const tried = this.#known;
      try {
        return await logIn(tried);
      } catch (error) {
        if (!(error instanceof LoginRefused) || error.number !== LOGIN_FAILED) throw error;
        const renewed = await this.#renewed(tried);
        if (renewed.user === tried.user && renewed.password === tried.password) throw error;
        return logIn(renewed);
      }
    });
  }

  /** Those who were refused together read once. */
  async #renewed(refused: Credentials): Promise<Credentials> {
    if (this.#known !== refused || this.#fetch === undefined) return this.#known;
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
    this.#known = await this.#fetching;
    return this.#known;
  }
}
