/**
 * A call of AWS failed. The text has the name of the failure alone: what AWS says itself may quote what was sent,
 * which is a secret here.
 */
export class AwsCallFailed extends Error {
  override name = 'AwsCallFailed';

  constructor(action: string, target: string, cause: unknown) {
    const code =
      cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
        ? cause.code
        : undefined;
    const name = cause instanceof Error ? cause.name : 'unknown';
    const advice =
      code === undefined
        ? `May the function's role call ${action} for it (and use its KMS key)?`
        : 'Is there a way from the function to AWS, by a VPC endpoint or NAT, and does its security group let it through?';
    super(`${action} failed for ${target} (${code ?? name}). ${advice}`);
  }
}
