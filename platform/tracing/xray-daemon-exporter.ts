import { createSocket } from 'node:dgram';
import { ExportResultCode } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** Before spans of OTLP that are sampled; https://github.com/open-telemetry/opentelemetry-lambda/issues/1685 describes it. */
const HEADER = '{"format":"json","version":1}\nT1S';

/** Spans of one export; AWS's own exporter sends as many, so that a datagram stays below 64 KB. */
export const SPANS_PER_DATAGRAM = 10;

/** To the X-Ray daemon at `host:port`, in datagrams: whether it is there or not, nobody waits for it. */
export function createXrayDaemonExporter(address: string): SpanExporter {
  const [host, port] = address.split(':');
  const socket = createSocket('udp4').unref();
  // Whether a host is unknown or a datagram too long: it is one that is lost.
  socket.on('error', () => undefined);
  return {
    export: (spans, done) => {
      const body = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) ?? []);
      socket.send(`${HEADER}${body.toString('base64')}`, Number(port), host, (error) =>
        done({
          code: error === null ? ExportResultCode.SUCCESS : ExportResultCode.FAILED,
          ...(error !== null && { error }),
        }),
      );
    },
    shutdown: () => {
      socket.close();
      return Promise.resolve();
    },
  };
}
