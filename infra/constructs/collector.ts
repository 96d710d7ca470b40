/** AWS's distribution of the OpenTelemetry collector; it takes OTLP on the task's own loopback and sends to X-Ray. */
export const COLLECTOR_IMAGE = 'public.ecr.aws/aws-observability/aws-otel-collector:v0.47.0';

/** By which a program finds it; without them it traces nothing. */
export const COLLECTOR_VARIABLES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
} as const;
