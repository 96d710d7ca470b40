import type { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { explain } from './explain.ts';

/** In which header the HTTP API sends the secret; the order API refuses what comes without it. */
export const GATEWAY_SECRET_HEADER = 'Ordercast-Gateway-Secret';
/** In which header the HTTP API names the caller's address; whatever a caller writes there is overwritten. */
export const CLIENT_ADDRESS_HEADER = 'Ordercast-Client-Address';
const LENGTH = 64;

/** `{"newest": "…", "previous": "…"}`; the one before is missing until the first rotation. */
export class GatewaySecret extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string, key: Key) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'What the HTTP API shows the order API, to prove that a request came through it',
      encryptionKey: key,
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'newest',
        passwordLength: LENGTH,
        excludePunctuation: true,
      },
    });
    explain(this.secret, 'SMG4', 'the rotation stack schedules it, after the services are there');
  }

  /** The newest value, as CloudFormation reads it at a deployment; rotation writes it to the gateway in between. */
  get newest(): string {
    return this.secret.secretValueFromJson('newest').unsafeUnwrap();
  }
}
