import { SpanKind } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Sampler } from '@opentelemetry/sdk-trace';
import type { TracingSettings } from './tracing-settings.ts';

type SamplerSettings = Pick<TracingSettings, 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'>;

/** Attribute of a span of `traced`, which may begin a trace. */
export const TASK = 'ordercast.task';

/**
 * The sampler that OpenTelemetry's variables name. Whatever it says, a trace begins with a request, a call of a Lambda function, or
 * work that the program names by `traced`: what a program asks again and again by itself, such as whether there is news, is no trace.
 */
export function createSampler(settings: SamplerSettings): Sampler {
  const chosen = rootSampler(settings);
  return new ParentBasedSampler({
    root: {
      shouldSample: (context, traceId, name, kind, attributes, links) =>
        kind === SpanKind.SERVER || attributes[TASK] !== undefined
          ? chosen.shouldSample(context, traceId, name, kind, attributes, links)
          : { decision: SamplingDecision.NOT_RECORD },
      toString: () => `BeginningWithWork{${chosen.toString()}}`,
    },
  });
}

function rootSampler(settings: SamplerSettings): Sampler {
  switch (settings.OTEL_TRACES_SAMPLER) {
    case 'parentbased_always_on':
      return new AlwaysOnSampler();
    case 'parentbased_always_off':
      return new AlwaysOffSampler();
    case 'parentbased_traceidratio':
      return new TraceIdRatioBasedSampler(Number(settings.OTEL_TRACES_SAMPLER_ARG));
  }
}
