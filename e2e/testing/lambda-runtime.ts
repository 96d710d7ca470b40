import { z } from 'zod';

/**
 * Stands in for Lambda's runtime in a process of its own: imports the module that `LAMBDA_MODULE` names, says so, and
 * calls the handlers that it is sent.
 */
const invocationSchema = z.object({ handler: z.string(), event: z.unknown().optional() });
const moduleSchema = z.record(
  z.string(),
  z.function({ input: [z.unknown()], output: z.unknown() }),
);

const before = process.cpuUsage();
const loaded: unknown = await import(process.env['LAMBDA_MODULE'] ?? '');
const { user, system } = process.cpuUsage(before);
const handlers = moduleSchema.parse({ ...Object(loaded) });

process.on('message', (message) => {
  const { handler, event } = invocationSchema.parse(message);
  Promise.resolve(handlers[handler]?.(event)).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ fault: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ handlers: Object.keys(handlers).sort(), cpuMs: (user + system) / 1000 });
