import type { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { explain } from './explain.ts';

const LENGTH = 64;

/**
 * `{"current": {"id", "key"}, "previous"?: {"id", "key"}}`: what links in mails of reports are signed with. Secrets Manager generates
 * no value below another, so a first rotation, which its schedule begins at once, writes the first key in place of the seed.
 */
export class LinkSecret extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string, key: Key) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description:
        'What links in mails of reports are signed with, and were before the last rotation',
      encryptionKey: key,
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'seed',
        passwordLength: LENGTH,
        excludePunctuation: true,
      },
    });
    explain(this.secret, 'SMG4', 'the rotation stack schedules it, since its function is there');
  }
}
