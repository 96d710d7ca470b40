import { expect, it } from 'vitest';
import { openAccount } from './stand-in-account.ts';

/** Nobody listens there: what gets so far fails otherwise. */
const account = openAccount('http://127.0.0.1:1', 'eu-central-1');

it.each([
  ['sqs', 'createQueue', { QueueName: 'a', Retention: 1 }, 'knows no Retention.'],
  [
    'ecs',
    'registerTaskDefinition',
    { containerDefinitions: [{ environment: [{ Name: 'A' }] }] },
    'knows no containerDefinitions[0].environment[0].Name.',
  ],
  ['lambda', 'createFunction', { Environment: { Values: {} } }, 'knows no Environment.Values.'],
  ['kms', 'makeKey', {}, 'has no makeKey.'],
] as const)('a call of %s %s with %j is refused: the SDK would leave it out', async (...call) => {
  const [service, operation, input, message] = call;
  await expect(account.call(service, operation, input)).rejects.toThrow(message);
});
