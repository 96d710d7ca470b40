import { isMainThread } from 'node:worker_threads';

/**
 * What `node --import` loads before a program: it begins tracing where the environment asks for it (docs/operations.md), and
 * otherwise loads nothing more.
 */
const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER } = process.env;
const isWanted = Boolean(OTEL_EXPORTER_OTLP_ENDPOINT) || OTEL_TRACES_EXPORTER === 'xray';
// A thread of the program is given the same `--import`, and has nobody who would end its tracing.
if (isWanted && isMainThread) {
  const { startTracing } = await import('./start-tracing.ts');
  startTracing(process.env);
}
