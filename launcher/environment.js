import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Where the programs call themselves and each other. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1', '[::1]'];

/** Where Node keeps what it compiled: tests start the same programs some hundred times. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url));

/** A value that other programs want would turn this one into something else. */
const NOT_FOR_PROGRAMS = /^NODE_ENV$/i;

/** What tests bring themselves: the shell's own would have them write into somebody's database or cloud. */
const NOT_FOR_TESTS =
  /^(AWS_.*|DATABASE_URL|DATABASE_SECRET_ID|PORT|LISTEN_HOST|LOG_LEVEL|OTEL_.*|VITE_.*|(HTTPS?|ALL)_PROXY|NODE_USE_ENV_PROXY)$/i;

/**
 * The environment of the programs that the launcher runs: the shell's, without what is meant for other
 * programs and would steer these. A proxy stays for what is outside; this machine is reached directly.
 */
export function programEnvironment(shell) {
  const env = without(shell, NOT_FOR_PROGRAMS);
  const direct = [env.no_proxy || env.NO_PROXY, ...LOOPBACK].filter(Boolean).join(',');
  // Either spelling is read by somebody; where case means nothing, as on Windows, both must agree.
  return { ...env, no_proxy: direct, NO_PROXY: direct };
}

/** The same for tests and benchmarks, which must not depend on who runs them. */
export function testEnvironment(shell) {
  return {
    ...without(programEnvironment(shell), NOT_FOR_TESTS),
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    NODE_COMPILE_CACHE: COMPILED,
  };
}

function without(env, names) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.test(name)));
}
