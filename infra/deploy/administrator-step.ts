import type { Deployment } from './deployment.ts';
import { placeOf } from './deployment.ts';
import { People } from './people.ts';
import { outputOf } from './stack-state.ts';
import type { Step } from './step.ts';

const GROUP = 'admins';

/** The first of the group `admins`; later ones are made by hand (docs/deploy.md). */
export function administratorStep(deployment: Deployment, email: string | undefined): Step {
  const { aws, settings } = deployment;
  const people = async () =>
    new People(aws.cognito, (await outputOf(aws, placeOf(deployment, 'identity')))('UserPoolId'));
  return {
    name: 'first administrator',
    async done() {
      if (await (await people()).hasMember(GROUP)) return 'there is one';
      if (email !== undefined) return undefined;
      return `there is none yet: npm run deploy -- --stage ${settings.stage} --administrator <mail>`;
    },
    async run() {
      if (email === undefined) throw new Error('Nobody was named.');
      const all = await people();
      const [name = email] = email.split('@');
      const isNew = await all.make({ email, name, invited: true });
      await all.addTo(GROUP, email);
      return isNew
        ? `Cognito mails ${email} a password that is good for three days`
        : `${email} has an account already, with its own password, and is one now`;
    },
  };
}
