import { cutText } from '@ordercast/platform/cut-text.ts';
import { z } from 'zod';

/** The system stands but cannot call itself, so nobody could sign in; the message says what to look at. */
export class SelfCheckFailed extends Error {
  override name = 'SelfCheckFailed';
}

const reasonsSchema = z.object({ reasons: z.record(z.string(), z.string()) });

/** A call to oneself takes milliseconds; a proxy in between may take for ever. */
const TIMEOUT_MS = 10_000;

/**
 * Asks the order API, over HTTP as its own parts ask each other, whether it can check tokens. Throws
 * {@link SelfCheckFailed}.
 */
export async function checkItself(url: string): Promise<void> {
  const asked = `${url}/api/health/ready`;
  let answer: string;
  let reasons: string | undefined;
  try {
    const response = await fetch(asked, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) return;
    const text = await response.text();
    reasons = reasonsIn(text);
    answer = `it answered ${response.status}: ${cutText(text, 500)}`;
  } catch (error) {
    answer = error instanceof Error ? reasonOf(error) : String(error);
  }
  if (reasons !== undefined) throw new SelfCheckFailed(`Ordercast cannot serve: ${reasons}.`);
  throw new SelfCheckFailed(
    `Ordercast cannot reach itself at ${asked} (${answer}). Where HTTP_PROXY is set, calls to this machine ` +
      'must not go there: NO_PROXY=localhost,127.0.0.1,::1 npm start',
  );
}

/** What is down and why, as in `userPool: its disk is full`, where the answer says why. */
function reasonsIn(text: string): string | undefined {
  try {
    const { reasons } = reasonsSchema.parse(JSON.parse(text));
    return Object.entries(reasons)
      .map(([name, reason]) => `${name}: ${reason}`)
      .join('; ');
  } catch {
    return undefined;
  }
}

function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
