import type { ClientConnection } from './client-connection.ts';
import type { Environment } from './environment.ts';
import { retryDelayMs } from './environment.ts';
import { AnswerTimeoutError, RealtimeError, ServerRefusedError } from './errors.ts';
import type { AnswerFrame } from './frames.ts';
import { createRestartableTimer } from './timers.ts';
import type { GetToken, TokenReason } from './token-source.ts';
import { claimsOf } from './token-source.ts';

/** A new token is fetched in the last fifth of the old one's life, but at most this long before. */
const MAX_LEAD_MS = 120_000;

/** Keeps one open connection authenticated: sends a fresh token before the old one expires. */
export interface TokenRefresh {
  /** Fetches and sends a new token now; true once the server has taken it. Concurrent calls share one run. */
  renew: (reason: TokenReason) => Promise<boolean>;
  stop: () => void;
}

/** `refused` is called when the server takes no token of ours for this connection. */
export function startTokenRefresh(
  connection: ClientConnection,
  firstToken: string,
  getToken: GetToken,
  env: Environment,
  refused: (error: RealtimeError) => void,
): TokenRefresh {
  const timer = createRestartableTimer(env);
  let current = firstToken;
  let running: Promise<boolean> | undefined;
  let attempts = 0;

  /**
   * By this device's clock. A clock that gives a new token less than half of its life is wrong, and
   * would have it replaced over and over: such a token is taken at its word.
   */
  const schedule = (isNew = false): void => {
    const { exp, iat } = claimsOf(current);
    const expiresMs = Number(exp) * 1000;
    const lifeMs = expiresMs - Number(iat) * 1000;
    const byClockMs = expiresMs - env.clock();
    const leftMs = isNew && byClockMs < lifeMs / 2 ? lifeMs : byClockMs;
    // An expired or unreadable token: the server is the one to say so.
    if (!(leftMs > 0) || !connection.isOpen) return;
    const leadMs = Math.min(MAX_LEAD_MS, leftMs / 5) * (0.5 + 0.5 * env.random());
    timer.set(Math.max(1000, leftMs - leadMs), () => void renew('expiring'));
  };

  const run = async (reason: TokenReason): Promise<boolean> => {
    try {
      const token = await getToken(reason);
      if (!connection.isOpen) return false;
      if (reason === 'expiring' && token === current) {
        // The application's session does not renew this early: ask again closer to the end.
        schedule();
        return true;
      }
      const answer = await new Promise<AnswerFrame | undefined>((resolve) =>
        connection.ask({ action: 'authenticate', token }, env.timings.answerTimeoutMs, resolve),
      );
      if (answer?.type === 'authenticated') {
        current = token;
        attempts = 0;
        schedule(true);
        return true;
      }
      if (answer?.type !== 'error') throw new AnswerTimeoutError('No answer to authenticate.');
      const error = new ServerRefusedError(answer);
      if (answer.code !== 'TOKEN_INVALID') throw error;
      if (reason !== 'refused') return await run('refused');
      refused(error);
    } catch (error) {
      // Whoever opens the next connection asks for a token, and tells what goes wrong.
      if (!connection.isOpen) return false;
      timer.set(retryDelayMs(env, attempts++), () => void renew(reason));
      if (error instanceof RealtimeError) env.report(error);
    }
    return false;
  };

  const renew = (reason: TokenReason): Promise<boolean> =>
    (running ??= run(reason).finally(() => (running = undefined)));

  schedule();
  return { renew, stop: timer.clear };
}
