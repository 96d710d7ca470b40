import type { AttemptLimits } from './password/attempt-limits.ts';
import type { Sealer } from './tokens/sealer.ts';
import type { SingleUse } from './tokens/single-use.ts';
import type { TokenSigner } from './tokens/token-signer.ts';
import type { UserStore } from './store/user-store.ts';

/** The sign-in ways of the app client, by the names of its `ExplicitAuthFlows`. */
export type AuthFlow =
  | 'ALLOW_USER_SRP_AUTH'
  | 'ALLOW_USER_PASSWORD_AUTH'
  | 'ALLOW_ADMIN_USER_PASSWORD_AUTH'
  | 'ALLOW_REFRESH_TOKEN_AUTH';

export interface TokenLifetimes {
  accessSeconds: number;
  idSeconds: number;
  refreshSeconds: number;
}

export interface PoolSettings {
  /** `<region>_<name>`; the name alone takes part in SRP. */
  poolId: string;
  clientId: string;
  /** The `iss` of every token, without a slash at its end. */
  issuer: string;
  authFlows: readonly AuthFlow[];
  tokenLifetimes: TokenLifetimes;
  /** The groups that the pool has, most privileged first: their order is the claim's order. */
  groups: readonly string[];
}

/** Why a code is sent; `invitation` carries a temporary password in place of a code. */
export type CodePurpose = 'sign-up' | 'forgot-password' | 'verify-email' | 'invitation';

export interface CodeDelivery {
  email: string;
  code: string;
  purpose: CodePurpose;
}

/** All that an operation may reach: one user pool with one app client. */
export interface Pool {
  settings: PoolSettings;
  users: UserStore;
  signer: TokenSigner;
  sealer: Sealer;
  singleUse: SingleUse;
  attempts: AttemptLimits;
  /** Milliseconds since 1970. */
  clock: () => number;
  randomBytes: (size: number) => Buffer;
  /** Takes as long as keeping a user's record, fails where that would, and keeps nothing of anybody. */
  rehearseWrite: () => Promise<void>;
  deliverCode: (delivery: CodeDelivery) => Promise<void>;
  /** Told of a mail that nobody waits for. */
  mailFailed: (error: unknown) => void;
  /** A user's tokens are void from now on; resolves when those who trust them know. */
  accessEnded: (sub: string) => Promise<void>;
}

/** The part of the pool id behind the underscore, as SRP hashes it. */
export const poolName = (pool: Pick<Pool, 'settings'>): string =>
  pool.settings.poolId.slice(pool.settings.poolId.indexOf('_') + 1);
