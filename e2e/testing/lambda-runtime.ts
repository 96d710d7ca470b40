/**
 * Stands in for Lambda's runtime in a process of its own: imports the module that `LAMBDA_MODULE` names, says so, and
 * calls the handlers that it is sent.
 */
const before = process.cpuUsage();
const loaded: unknown = await import(process.env['LAMBDA_MODULE'] ?? '');
const { user, system } = process.cpuUsage(before);
const { userCPUTime, systemCPUTime } = process.resourceUsage();

// After what is measured, which would find it loaded.
const { z } = await import('zod');
const invocationSchema = z.object({ handler: z.string(), event: z.unknown().optional() });
const handlerSchema = z.function({ input: [z.unknown(), z.unknown()], output: z.unknown() });
const handlers = z.record(z.string(), handlerSchema).parse({ ...Object(loaded) });

process.on('message', (message) => {
  const { handler, event } = invocationSchema.parse(message);
  const context = {
    functionName: handler,
    awsRequestId: 'request',
    getRemainingTimeInMillis: () => 60_000,
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${handler}`,
  };
  Promise.resolve(handlers[handler]?.(event, context)).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ fault: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({
  handlers: Object.keys(handlers).sort(),
  cpuMs: (user + system) / 1000,
  startMs: (userCPUTime + systemCPUTime) / 1000,
});
