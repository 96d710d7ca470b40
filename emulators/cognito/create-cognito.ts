import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { newUser } from './account/new-user.ts';
import { createAttemptLimits } from './password/attempt-limits.ts';
import type { AuthFlow, CodeDelivery, Pool, PoolSettings, TokenLifetimes } from './pool.ts';
import { createCognitoHandler } from './protocol/cognito-handler.ts';
import { NotKept } from './store/not-kept.ts';
import { createPoolSecrets, readPoolFile, writePoolFile } from './store/pool-file.ts';
import { noFiles, openRecordFiles } from './store/record-files.ts';
import { openUserStore } from './store/user-store.ts';
import { createSealer } from './tokens/sealer.ts';
import { createSingleUse } from './tokens/single-use.ts';
import { createTokenSigner } from './tokens/token-signer.ts';

const DAY_SECONDS = 86_400;

/** Cognito's defaults for a new app client. */
const DEFAULT_LIFETIMES: TokenLifetimes = {
  accessSeconds: 3600,
  idSeconds: 3600,
  refreshSeconds: 30 * DAY_SECONDS,
};

/**
 * SRP is what the web app uses. The password flows are open as well, so that a person with curl or
 * the AWS command line gets a token in one call; the identity stack does not open them on AWS.
 */
const DEFAULT_FLOWS: readonly AuthFlow[] = [
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
];

/** As long as a user's record; the file says itself what it is for. */
const REHEARSAL = JSON.stringify({
  purpose: 'Written where a user would be, so that nobody learns by the time who has an account.',
  filling: '-'.repeat(1_500),
});

/** Somebody who is there from the start; `sub` is a UUID in small letters. */
export interface SeedUser {
  sub: string;
  email: string;
  name: string;
  groups: readonly string[];
}

export interface CognitoOptions {
  /** Where keys and users are kept; undefined keeps nothing. */
  dataFolder: string | undefined;
  /** `<region>_<name>`. */
  poolId: string;
  clientId: string;
  /** The tokens' `iss`: where this is mounted, then `/<poolId>`. */
  issuer: string;
  /** Written once, when the data folder is first filled; what becomes of them later stays. */
  users: readonly SeedUser[];
  /** Of all seed users. */
  password: string;
  groups?: readonly string[];
  tokenLifetimes?: Partial<TokenLifetimes>;
  authFlows?: readonly AuthFlow[];
  /** Milliseconds since 1970. */
  clock: () => number;
  /** Cryptographically strong, as `node:crypto`'s. */
  randomBytes: (size: number) => Buffer;
  /**
   * Sends a code by mail; what it throws becomes a CodeDeliveryFailureException where the caller may know whose
   * account it is, else a line in the log.
   */
  deliverCode: (delivery: CodeDelivery) => Promise<void>;
  /** Told of everybody who signs out everywhere, is disabled, or is deleted. */
  onAccessEnded?: (sub: string) => Promise<void>;
  log: Pick<Logger, 'info' | 'error'>;
  /** Origins, besides the issuer's own, whose pages may call; programs send none and may. */
  allowedOrigins?: readonly string[];
  /** Whether a request may make Admin* and List* calls, which need no signature here; all may by default. */
  mayAdminister?: (request: IncomingMessage) => boolean;
}

export interface Cognito {
  /** Answers every request under the mount point; it never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** True, or why the pool cannot keep changes now, in words that anybody may read. Writes to find out. */
  isWritable(): Promise<true | string>;
  /** Resolves when all that was acknowledged, and all that is under way, is on the disk. */
  close(): Promise<void>;
}

/** One user pool with one app client, in this process. */
export async function createCognito(options: CognitoOptions): Promise<Cognito> {
  const { dataFolder, clock, randomBytes } = options;
  const settings: PoolSettings = {
    poolId: options.poolId,
    clientId: options.clientId,
    issuer: options.issuer,
    authFlows: options.authFlows ?? DEFAULT_FLOWS,
    tokenLifetimes: { ...DEFAULT_LIFETIMES, ...options.tokenLifetimes },
    groups: options.groups ?? ['admins', 'staff'],
  };
  const poolFiles = dataFolder === undefined ? noFiles : await openRecordFiles(dataFolder);
  const userFiles =
    dataFolder === undefined ? noFiles : await openRecordFiles(join(dataFolder, 'users'));
  const users = await openUserStore(userFiles);
  const kept = await readPoolFile(poolFiles);
  const secrets = kept ?? (await createPoolSecrets(randomBytes));
  if (kept === undefined) {
    await seed();
    await writePoolFile(poolFiles, secrets);
  }

  /** Before the pool file, which says that it is done: a start that is killed here begins anew. */
  async function seed(): Promise<void> {
    const missing = options.users.filter(({ sub }) => users.find(sub) === undefined);
    await Promise.all(
      missing.map(({ sub, email, name, groups }) => {
        const attributes = { email, email_verified: 'true', name };
        const { password } = options;
        return users.insert(
          newUser(
            { settings, clock, randomBytes },
            { username: sub, attributes, password, status: 'CONFIRMED', groups },
          ),
        );
      }),
    );
  }

  const pool: Pool = {
    settings,
    users,
    signer: createTokenSigner(secrets.signingKey),
    sealer: createSealer(secrets.sealingSecret, randomBytes),
    singleUse: createSingleUse(clock),
    attempts: createAttemptLimits(clock),
    clock,
    randomBytes,
    rehearseWrite: () => poolFiles.write('rehearsal', REHEARSAL),
    deliverCode: options.deliverCode,
    mailFailed: (err) => options.log.error({ err }, 'a code could not be sent'),
    accessEnded: options.onAccessEnded ?? (() => Promise.resolve()),
  };

  return {
    handle: createCognitoHandler({
      pool,
      log: options.log,
      origins: new Set([new URL(options.issuer).origin, ...(options.allowedOrigins ?? [])]),
      mayAdminister: options.mayAdminister ?? (() => true),
    }),
    async isWritable() {
      try {
        await pool.rehearseWrite();
        return true;
      } catch (error) {
        return error instanceof NotKept ? error.reason : 'its files cannot be written';
      }
    },
    async close() {
      await Promise.all([poolFiles.settle(), userFiles.settle()]);
    },
  };
}
