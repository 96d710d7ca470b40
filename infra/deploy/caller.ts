import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AwsClients } from './aws-clients.ts';
import { EXIT, Stopped } from './stopped.ts';

export interface Caller {
  account: string;
  /** Who the credentials are of. */
  arn: string;
}

/** Whose credentials these are. Throws {@link Stopped} where the stage belongs to another account. */
export async function callerOf(
  { sts }: Pick<AwsClients, 'sts'>,
  { stage, account: wanted }: StageSettings,
): Promise<Caller> {
  const { Account: account = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  if (wanted === undefined || wanted === account) return { account, arn };
  throw new Stopped(
    EXIT.credentials,
    `The stage ${stage} belongs to account ${wanted}, and these credentials are of ${account} (${arn}). Choose others ` +
      '(AWS_PROFILE=<profile>), or mend "account" in infra/settings.',
  );
}
