/**
 * What `node --import` loads before a program: it begins tracing where the environment asks for it (docs/operations.md), and
 * otherwise loads nothing more.
 */
const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER } = process.env;
if (OTEL_EXPORTER_OTLP_ENDPOINT || OTEL_TRACES_EXPORTER === 'xray') {
  const { startTracing } = await import('./start-tracing.ts');
  startTracing(process.env);
}

export {};
