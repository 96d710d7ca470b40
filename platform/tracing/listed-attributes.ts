import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/**
 * The attributes that leave the process: what was called, how often, and how it ended. Instrumentations tell more than that: paths and
 * queries with what people search for, addresses of callers, names of files and messages of errors with the values in them.
 */
const LISTED = new Set([
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'url.scheme',
  'network.protocol.version',
  'server.address',
  'server.port',
  'error.type',
  'db.system.name',
  'db.namespace',
  'db.collection.name',
  'db.operation.name',
  'db.stored_procedure.name',
  'db.response.status_code',
  // Statements with placeholders: stores bind every value.
  'db.query.text',
  'rpc.system',
  'rpc.service',
  'rpc.method',
  'aws.dynamodb.table_names',
  'aws.request.id',
  'cloud.region',
  'cloud.resource_id',
  'cloud.account.id',
  'messaging.system',
  'messaging.destination.name',
  'messaging.operation.name',
  'messaging.operation.type',
  'messaging.batch.message_count',
  'faas.coldstart',
  'faas.invocation_id',
  'faas.trigger',
  'exception.type',
  'ordercast.task',
]);

/** Hands spans on with the listed attributes alone, of the span and its events, and without the text of its status. */
export function withListedAttributes(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(reduced), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function reduced(span: ReadableSpan): ReadableSpan {
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext !== undefined && { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: { code: span.status.code },
    attributes: listed(span.attributes),
    links: span.links.map(({ context }) => ({ context })),
    events: span.events.map(({ name, time, attributes = {} }) => ({
      name,
      time,
      attributes: listed(attributes),
    })),
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

function listed(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => LISTED.has(name)));
}
