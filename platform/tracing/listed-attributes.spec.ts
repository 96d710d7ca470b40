import { SpanStatusCode } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import { withListedAttributes } from './listed-attributes.ts';

it('of a span leaves what was called and how it ended, and nothing that somebody sent', async () => {
  const memory = new InMemorySpanExporter();
  const exporter = withListedAttributes(memory);
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer('spec');
  const other = tracer.startSpan('other').spanContext();
  const span = tracer.startSpan('GET /orders', {
    attributes: {
      'http.route': '/orders',
      'url.query': 'q=hunter2',
      'url.path': '/orders/hunter2',
      'http.request.header.authorization': ['Bearer hunter2'],
      'user_agent.original': 'hunter2',
    },
    links: [{ context: other, attributes: { 'messaging.message.body': 'hunter2' } }],
  });
  span.recordException(new RangeError('duplicate key hunter2'));
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'duplicate key hunter2' });
  span.end();
  await provider.forceFlush();

  const [sent] = memory.getFinishedSpans();
  expect(sent).toMatchObject({
    name: 'GET /orders',
    status: { code: SpanStatusCode.ERROR },
    links: [{ context: other }],
  });
  expect(sent?.attributes).toEqual({ 'http.route': '/orders' });
  expect(sent?.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
    { name: 'exception', attributes: { 'exception.type': 'RangeError' } },
  ]);
  const told = [sent?.name, sent?.status, sent?.links, sent?.events, sent?.attributes];
  expect(JSON.stringify(told)).not.toContain('hunter2');
});
