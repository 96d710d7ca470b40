/**
 * Stands in for Lambda's runtime in a process of its own: imports the module that `LAMBDA_MODULE` names and runs its
 * export `LAMBDA_EXPORT` for each event that it is sent, any number at once.
 */
import { z } from 'zod';

const { LAMBDA_MODULE: module = '', LAMBDA_EXPORT: name = '' } = process.env;
const loaded: unknown = await import(module);
const handler: unknown = Reflect.get(Object(loaded), name);
if (typeof handler !== 'function') throw new Error(`${module} exports no function "${name}".`);

const invocationSchema = z.object({ id: z.number(), event: z.unknown() });

process.on('message', (message) => {
  const { id, event } = invocationSchema.parse(message);
  void Promise.resolve()
    .then((): unknown => Reflect.apply(handler, undefined, [event]))
    .then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) => process.send?.({ id, fault: String(error) }),
    );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
