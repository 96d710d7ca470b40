import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says why a finding of cdk-nag is meant to be so. It counts for `construct` and what is in it.
 * @param finding such as `VPC3`, or `IAM5[Resource::*]` where the rule names what it found.
 */
export function explain(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
}

/** As cdk-nag writes an ARN with references of the same stack in it. */
export function asFound(construct: IConstruct, arn: string): string {
  const resolved: unknown = Stack.of(construct).resolve(arn);
  return flat(resolved);
}

function flat(node: unknown): string {
  if (typeof node === 'string') return node;
  if (typeof node === 'object' && node !== null) {
    if ('Ref' in node) return `<${String(node.Ref)}>`;
    if ('Fn::GetAtt' in node && Array.isArray(node['Fn::GetAtt'])) {
      return `<${node['Fn::GetAtt'].join('.')}>`;
    }
    if ('Fn::Join' in node && Array.isArray(node['Fn::Join'])) {
      const parts: readonly unknown[] = node['Fn::Join'];
      const [delimiter, items] = parts;
      if (Array.isArray(items)) return items.map(flat).join(String(delimiter));
    }
  }
  throw new Error(`Not an ARN of references that cdk-nag would flatten: ${JSON.stringify(node)}`);
}
