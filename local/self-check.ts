import { cutText } from '@ordercast/platform/cut-text.ts';

/** The system stands but cannot call itself, so nobody could sign in; the message says what to look at. */
export class SelfCheckFailed extends Error {
  override name = 'SelfCheckFailed';
}

/** A call to oneself takes milliseconds; a proxy in between may take for ever. */
const TIMEOUT_MS = 10_000;

/**
 * Asks the order API, over HTTP as its own parts ask each other, whether it can check tokens. Throws
 * {@link SelfCheckFailed}.
 */
export async function checkItself(url: string): Promise<void> {
  const asked = `${url}/api/health/ready`;
  let answer: string;
  try {
    const response = await fetch(asked, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) return;
    answer = `it answered ${response.status}: ${cutText(await response.text(), 500)}`;
  } catch (error) {
    answer = error instanceof Error ? reasonOf(error) : String(error);
  }
  throw new SelfCheckFailed(
    `Ordercast cannot reach itself at ${asked} (${answer}). Where HTTP_PROXY is set, calls to this machine ` +
      'must not go there: NO_PROXY=localhost,127.0.0.1,::1 npm start',
  );
}

function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
