import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { register, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs';
import { createTracing } from './create-tracing.ts';
import { InvalidConfig, readConfig } from '../read-config.ts';
import { WRAPPED_MODULES, createInstrumentations } from './instrumentations.ts';
import { withListedAttributes } from './listed-attributes.ts';
import { createSampler } from './sampler.ts';
import { tracingSettingsSchema } from './tracing-settings.ts';
import type { TracingSettings } from './tracing-settings.ts';
import { SPANS_PER_DATAGRAM, createXrayDaemonExporter } from './xray-daemon-exporter.ts';

/** A statement of SQL may be long; the rest is not. */
const ATTRIBUTE_CHARACTERS = 2_048;
/** How long one export may take; the spans of one that took longer are lost. */
const EXPORT_MS = 1_500;

/**
 * Begins tracing for the whole process; to be called before anything is loaded that shall be traced. A variable that is wrong
 * ends the process with code 1 and a text that says which, as the program's own do.
 */
export function startTracing(env: Record<string, string | undefined>): void {
  const settings = tracingSettings(env);
  if (!supportsSyncHooks()) {
    warn(`Node ${process.versions.node} cannot be traced: take 24.11.1 or newer.`);
    return;
  }
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': settings.OTEL_SERVICE_NAME }),
    sampler: createSampler(settings),
    spanLimits: { attributeValueLengthLimit: ATTRIBUTE_CHARACTERS },
    spanProcessors: [spanProcessor(settings)],
  });
  const onUnsent = warnOnce();
  setGlobalErrorHandler(onUnsent);
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  register({ include: WRAPPED_MODULES });
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: createInstrumentations(),
  });
  globalThis.ordercastTracing = createTracing(provider, onUnsent);
}

function tracingSettings(env: Record<string, string | undefined>): TracingSettings {
  try {
    return readConfig(tracingSettingsSchema, env);
  } catch (error) {
    console.error(error instanceof InvalidConfig ? error.message : error);
    process.exit(1);
  }
}

function spanProcessor(settings: TracingSettings): BatchSpanProcessor {
  if (settings.OTEL_TRACES_EXPORTER === 'xray') {
    return new BatchSpanProcessor({
      exporter: withListedAttributes(createXrayDaemonExporter(settings.AWS_XRAY_DAEMON_ADDRESS)),
      maxExportBatchSize: SPANS_PER_DATAGRAM,
      exportTimeoutMillis: EXPORT_MS,
    });
  }
  return new BatchSpanProcessor({
    exporter: withListedAttributes(new OTLPTraceExporter({ timeoutMillis: EXPORT_MS })),
    exportTimeoutMillis: EXPORT_MS,
  });
}

/** Spans that cannot be sent are lost, and nobody need hear of each. */
function warnOnce(): () => void {
  let isTold = false;
  return () => {
    if (!isTold) warn('Traces cannot be sent: look at the collector. This is said once.');
    isTold = true;
  };
}

function warn(text: string): void {
  process.stderr.write(`Warning: ${text}\n`);
}
