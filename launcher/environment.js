/** Where the programs call themselves and each other. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1', '[::1]'];

/** What tests bring themselves; the shell's own would have them write into somebody's database or cloud. */
const NOT_FOR_TESTS =
  /^(AWS_.*|DATABASE_URL|DATABASE_SECRET_ID|PORT|LISTEN_HOST|LOG_LEVEL|VITE_.*|.*_PROXY)$/i;

/**
 * The environment of the programs that the launcher runs: the shell's, without what is meant for other
 * programs and would steer these. A proxy stays for what is outside; this machine is reached directly.
 */
export function programEnvironment(shell) {
  const { NODE_ENV: _others, ...env } = shell;
  const direct = [env.no_proxy ?? env.NO_PROXY, ...LOOPBACK].filter(Boolean).join(',');
  return { ...env, no_proxy: direct, NO_PROXY: direct };
}

/** The same for tests and benchmarks, which must not depend on who runs them. */
export function testEnvironment(shell) {
  return Object.fromEntries(
    Object.entries(programEnvironment(shell)).filter(
      ([name]) => !NOT_FOR_TESTS.test(name) || /^no_proxy$/i.test(name),
    ),
  );
}
