import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/**
 * Rights for secrets, all on the side of who gets them: the library's own grants would write them into the key's policy too, in
 * another stack, which then could not be deployed before this one.
 */
export function grantReadSecrets(who: IGrantable, key: IKey, ...secrets: ISecret[]): void {
  grant(who, secrets, ['secretsmanager:GetSecretValue']);
  grantKey(who, key, ['kms:Decrypt']);
}

/** What a rotation function does with the secrets that it changes. */
export function grantRotateSecrets(who: IGrantable, key: IKey, ...secrets: ISecret[]): void {
  grant(who, secrets, [
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ]);
  grantKey(who, key, ['kms:Decrypt', 'kms:GenerateDataKey']);
}

function grant(who: IGrantable, secrets: readonly ISecret[], actions: string[]): void {
  const resources = secrets.map(({ secretArn }) => secretArn);
  who.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
}

/** To use the key for secrets, and for nothing else that it encrypts. */
export function grantKey(who: IGrantable, key: IKey, actions: string[]): void {
  const { region } = Stack.of(key);
  who.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions,
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    }),
  );
}
