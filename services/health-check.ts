/**
 * The image's health check: ends with 0 where the API of this container answers, else with 1 and the reason. It asks for
 * life, not readiness: a container is not to be replaced because its database is away.
 */
const url = `http://127.0.0.1:${process.env['PORT'] ?? '3000'}/health/live`;
/** Below the health check's own time-out, which would end it without a word. */
const TIMEOUT_MS = 4_000;

try {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (status !== 200) throw new Error(`it answers ${status}`);
} catch (error) {
  console.error(`The API at ${url} is not well: ${String(error)}. Its log says why.`);
  process.exitCode = 1;
}
