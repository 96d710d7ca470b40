import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Deployment } from './deployment.ts';
import { placeOf } from './deployment.ts';
import { People } from './people.ts';
import { outputOf } from './stack-state.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';
import { runTool } from './tool.ts';

const SMOKE = join('e2e', 'smoke', 'main.ts');
/** The top-level domain `invalid` is nobody's (RFC 2606): no mail can reach it. */
const CUSTOMER = 'smoke-customer@ordercast.invalid';
const STAFF = 'smoke-staff@ordercast.invalid';

/**
 * Goes through the whole story once on the stage, as two people of its own. Their passwords are made for this run and kept
 * nowhere, and both are disabled outside of it.
 */
export function smokeStep(deployment: Deployment): Step {
  const { aws, root, settings, say } = deployment;
  return {
    name: 'smoke test',
    done: () =>
      Promise.resolve(
        settings.people.secondFactor === 'required'
          ? 'left out, since nobody may sign in with a password alone'
          : undefined,
      ),
    async run() {
      const page = (await outputOf(aws, placeOf(deployment, 'web')))('PageUrl');
      const poolId = (await outputOf(aws, placeOf(deployment, 'identity')))('UserPoolId');
      const people = new People(aws.cognito, poolId);
      const passwords = { [CUSTOMER]: password(), [STAFF]: password() };
      for (const email of Object.keys(passwords)) {
        await people.make({ email, name: 'Smoke test', invited: false });
      }
      await people.addTo('staff', STAFF);
      try {
        for (const [email, secret] of Object.entries(passwords)) await people.enable(email, secret);
        const args = [SMOKE, '--url', page, '--customer', CUSTOMER, '--staff', STAFF];
        const { code } = await runTool(process.execPath, args, {
          cwd: root,
          env: {
            SMOKE_CUSTOMER_PASSWORD: passwords[CUSTOMER],
            SMOKE_STAFF_PASSWORD: passwords[STAFF],
          },
          onLine: (line) => say(`    ${line}`),
        });
        if (code === 0) return 'all of it works';
      } finally {
        for (const email of Object.keys(passwords)) await people.disable(email);
      }
      throw new Stopped(
        EXIT.failed,
        'The stage is deployed, but its smoke test failed: the lines above say where to look. A name of your own may take an hour to be known after the first deployment. Then run this again.',
      );
    },
  };
}

/** By the pool's rules: capital and small letters, digits, a symbol, at least twelve. */
function password(): string {
  return `Aa1-${randomBytes(24).toString('base64url')}`;
}
