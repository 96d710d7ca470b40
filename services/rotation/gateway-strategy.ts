import type { GatewayHeader, SecretHeader } from './gateway-header.ts';
import { randomValue } from './new-password.ts';
import type { RandomBytes } from './new-password.ts';
import { gatewaySecretSchema } from './rotated-secret.ts';
import type { GatewaySecret } from './rotated-secret.ts';
import { RotationRefused } from './rotation-refused.ts';
import type { RotationStrategy } from './rotation-strategy.ts';

/**
 * The value by which the API knows its gateway. At every moment what the gateway sends is one of AWSCURRENT's values:
 * the label moves only while the gateway sends a value of the new version, and the newest is sent only after that.
 */
export function gatewayStrategy({
  header,
  randomBytes,
}: {
  header: GatewayHeader;
  randomBytes: RandomBytes;
}): RotationStrategy<GatewaySecret> {
  const strangers = async ({ newest, previous }: GatewaySecret): Promise<SecretHeader[]> =>
    (await sentBy(header)).filter(({ value }) => value !== newest && value !== previous);
  const assertKnown = async ({ pending }: { pending: GatewaySecret }): Promise<void> => {
    const others = await strangers(pending);
    if (others.length > 0) throw sendsOther(others);
  };
  return {
    schema: gatewaySecretSchema,
    next: ({ newest }) => ({ newest: randomValue(randomBytes), previous: newest }),
    follows: ({ current, pending }) => pending.previous === current.newest,
    set: async ({ current, pending }) => {
      // The rotation before this one did not come to its end, or somebody has set the header by hand.
      const others = await strangers(pending);
      for (const one of others) await header.write(one, current.newest);
      if (others.length > 0) throw broughtUp(others);
    },
    test: assertKnown,
    beforehand: assertKnown,
    afterwards: async ({ newest }) => {
      for (const one of await sentBy(header)) {
        if (one.value !== newest) await header.write(one, newest);
      }
    },
  };
}

async function sentBy(header: GatewayHeader): Promise<SecretHeader[]> {
  const headers = await header.read();
  if (headers.length > 0) return headers;
  throw new RotationRefused(
    'No integration of the API sends the header Ordercast-Gateway-Secret: is GATEWAY_API_ID the HTTP API, and has it the ' +
      'mapping overwrite:header.Ordercast-Gateway-Secret?',
  );
}

function sendsOther(headers: readonly SecretHeader[]): RotationRefused {
  return new RotationRefused(
    `${named(headers)} a value that is none of the new version's. The rotation puts that right when it is tried again.`,
  );
}

/** API Gateway deploys a change within seconds; until then the value of before may still be sent. */
function broughtUp(headers: readonly SecretHeader[]): RotationRefused {
  return new RotationRefused(
    `${named(headers)} another value than the newest of AWSCURRENT, as after a rotation that was cut short. The newest is set now; ` +
      'this rotation goes on when it is tried again, as Secrets Manager does by itself.',
  );
}

function named(headers: readonly SecretHeader[]): string {
  const ids = headers.map(({ integrationId }) => integrationId).join(', ');
  return headers.length === 1 ? `The integration ${ids} sends` : `The integrations ${ids} send`;
}
