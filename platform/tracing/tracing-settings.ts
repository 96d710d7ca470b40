// Zod's small form: in a Lambda function it is loaded beside the other, at every cold start.
import * as z from 'zod/mini';

const SAMPLERS = [
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** OpenTelemetry's own variables, of which these are read: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export const tracingSettingsSchema = z.object({
  /** Base of the collector's address; others of OTEL_EXPORTER_OTLP_* are read by the exporter. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.optional(
    z.url({ protocol: /^https?$/, error: 'must be an address such as http://localhost:4318' }),
  ),
  /** `xray`: to the daemon that Lambda keeps beside a function. */
  OTEL_TRACES_EXPORTER: z._default(
    z.enum(['otlp', 'xray'], { error: 'must be otlp or xray' }),
    'otlp',
  ),
  /** Set by Lambda where the function is traced. */
  AWS_XRAY_DAEMON_ADDRESS: z._default(
    z.string().check(z.regex(/^[^\s:]+:\d{1,5}$/, { error: 'must be such as 127.0.0.1:2000' })),
    '127.0.0.1:2000',
  ),
  OTEL_SERVICE_NAME: z._default(z.string(), 'ordercast'),
  OTEL_TRACES_SAMPLER: z._default(
    z.enum(SAMPLERS, { error: `must be one of ${SAMPLERS.join(', ')}` }),
    'parentbased_always_on',
  ),
  /** Of the sampler by ratio: the share of traces that are kept, from 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z._default(
    z.string().check(
      z.regex(/^(?:0|1|[01]\.0+|0?\.\d+)$/, {
        error: 'must be a number from 0 to 1, such as 0.05',
      }),
    ),
    '1',
  ),
});

export type TracingSettings = z.infer<typeof tracingSettingsSchema>;
