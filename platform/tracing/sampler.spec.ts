import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { TASK, createSampler } from './sampler.ts';

const LOW = '00000000000000000000000000000001';
const HIGH = 'ffffffff000000000000000000000000';
const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;

type Settings = Parameters<typeof createSampler>[0];

function decision(
  settings: Partial<Settings>,
  { traceId = LOW, kind = SpanKind.SERVER, attributes = {}, context = ROOT_CONTEXT } = {},
) {
  const sampler = createSampler({
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_TRACES_SAMPLER_ARG: '1',
    ...settings,
  });
  return sampler.shouldSample(context, traceId, 'any', kind, attributes, []).decision;
}

const within = (traceFlags: TraceFlags, isRemote = true) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: LOW,
    spanId: '0000000000000001',
    traceFlags,
    isRemote,
  });

describe('a trace begins', () => {
  it.each([
    ['a request, or a call of a function', { kind: SpanKind.SERVER }],
    ['work that the program names', { kind: SpanKind.INTERNAL, attributes: { [TASK]: 'publish' } }],
  ])('with %s', (_what, span) => {
    expect(decision({}, span)).toBe(RECORD_AND_SAMPLED);
  });

  it.each([
    ['a statement', SpanKind.CLIENT],
    ['a look at a queue', SpanKind.CONSUMER],
    ['a middleware', SpanKind.INTERNAL],
  ])('not with %s', (_what, kind) => {
    expect(decision({}, { kind })).toBe(NOT_RECORD);
  });
});

describe('of those that begin', () => {
  it('the share is kept that the variable says', () => {
    const half = {
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.5',
    } as const;
    expect(decision(half, { traceId: LOW })).toBe(RECORD_AND_SAMPLED);
    expect(decision(half, { traceId: HIGH })).toBe(NOT_RECORD);
  });

  it('none is kept where it says so', () => {
    expect(decision({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' })).toBe(NOT_RECORD);
  });
});

it('a span within another is kept where that is, of whatever kind', () => {
  const off = { OTEL_TRACES_SAMPLER: 'parentbased_always_off' } as const;
  for (const isRemote of [true, false]) {
    const kept = within(TraceFlags.SAMPLED, isRemote);
    expect(decision(off, { context: kept, kind: SpanKind.CLIENT })).toBe(RECORD_AND_SAMPLED);
    const notKept = within(TraceFlags.NONE, isRemote);
    expect(decision({}, { context: notKept })).toBe(NOT_RECORD);
  }
});
