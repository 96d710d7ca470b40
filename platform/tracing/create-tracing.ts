import { SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import { TASK } from './sampler.ts';
import { END_MS } from './tracing.ts';
import type { Tracing } from './tracing.ts';

/** What the program may ask of a provider that is already global; `onUnsent` is told where spans are lost at the end. */
export function createTracing(
  provider: Pick<TracerProvider, 'shutdown'>,
  onUnsent: () => void,
): Tracing {
  const tracer = trace.getTracer('ordercast');
  return {
    run: (name, work) =>
      tracer.startActiveSpan(name, { root: true, attributes: { [TASK]: name } }, async (span) => {
        try {
          return await work();
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      }),
    traceparent: () => {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      return carrier['traceparent'];
    },
    end: async () => {
      const sent = provider.shutdown().then(
        () => true,
        () => false,
      );
      const given = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), END_MS));
      if (!(await Promise.race([sent, given]))) onUnsent();
    },
  };
}
