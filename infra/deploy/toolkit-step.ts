import type { Deployment } from './deployment.ts';
import { describeStack, isComplete } from './stack-state.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';

/** What the CDK needs in a Region, once an account: a bucket for templates and code, and the roles that deploy. */
export function toolkitStep(deployment: Deployment, region: string): Step {
  const { aws, cdk, account } = deployment;
  return {
    name: `CDK toolkit in ${region}`,
    async done() {
      const status = (await describeStack(aws, { name: 'CDKToolkit', region }))?.StackStatus;
      const isThere = isComplete({ status: status ?? '' }) || status === 'UPDATE_ROLLBACK_COMPLETE';
      return isThere ? 'there already' : undefined;
    },
    async run() {
      if (await cdk.makeToolkit(account, region)) return 'made';
      throw new Stopped(
        EXIT.failed,
        'The CDK could not make its toolkit. It makes roles, so it takes rights over IAM: have an administrator of the ' +
          `account run this once in a clone of Ordercast, then run this again:\n  npm --prefix infra ci --ignore-scripts\n` +
          `  infra/node_modules/.bin/cdk bootstrap aws://${account}/${region}`,
      );
    },
  };
}
