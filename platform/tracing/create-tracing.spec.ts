import { TraceFlags, context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTracing } from './create-tracing.ts';
import { createSampler } from './sampler.ts';
import { END_MS, currentTraceparent, endTracing, traced } from './tracing.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  globalThis.ordercastTracing = undefined;
});

it('ends by its deadline, whatever becomes of the spans', async () => {
  const onUnsent = vi.fn();
  globalThis.ordercastTracing = createTracing(
    { shutdown: () => new Promise(() => undefined) },
    onUnsent,
  );
  const ended = vi.fn();
  const ending = endTracing().then(ended);
  await vi.advanceTimersByTimeAsync(END_MS - 1);
  expect(ended).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toHaveBeenCalledOnce();
  await ending;
  expect(onUnsent).toHaveBeenCalledOnce();
});

it('ends as soon as the spans are sent, or cannot be', async () => {
  const onUnsent = vi.fn();
  globalThis.ordercastTracing = createTracing({ shutdown: () => Promise.resolve() }, onUnsent);
  await endTracing();
  expect(onUnsent).not.toHaveBeenCalled();
  const refused = () => Promise.reject(new Error('refused'));
  globalThis.ordercastTracing = createTracing({ shutdown: refused }, onUnsent);
  await endTracing();
  expect(onUnsent).toHaveBeenCalledOnce();
});

it('hands on what traced work answers, or why it fails', async () => {
  globalThis.ordercastTracing = createTracing({ shutdown: () => Promise.resolve() }, vi.fn());
  const fault = new Error('not now');
  const half = traced('half', (number: number) =>
    number % 2 === 0 ? Promise.resolve(number / 2) : Promise.reject(fault),
  );
  expect(await half(4)).toBe(2);
  await expect(half(3)).rejects.toBe(fault);
});

it('begins a trace of its own, whatever goes on, and tells of it', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const provider = new TracerProvider({
    sampler: createSampler({
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_TRACES_SAMPLER_ARG: '1',
    }),
  });
  trace.setGlobalTracerProvider(provider);
  globalThis.ordercastTracing = createTracing(provider, vi.fn());
  const publish = traced('publish', () =>
    Promise.resolve({ span: trace.getActiveSpan()?.spanContext(), told: currentTraceparent() }),
  );
  await provider.getTracer('spec').startActiveSpan('poll', async (poll) => {
    const { span, told } = await publish();
    expect(poll.spanContext().traceFlags).toBe(TraceFlags.NONE);
    expect(span?.traceFlags).toBe(TraceFlags.SAMPLED);
    expect(span?.traceId).not.toBe(poll.spanContext().traceId);
    expect(told).toBe(`00-${span?.traceId}-${span?.spanId}-01`);
  });
});

it('is nothing where no tracing has begun', async () => {
  const double = traced('double', (number: number) => Promise.resolve(number * 2));
  expect(await double(4)).toBe(8);
  expect(currentTraceparent()).toBeUndefined();
  await endTracing();
});
