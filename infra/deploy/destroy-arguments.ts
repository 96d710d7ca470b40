import { parseArgs } from 'node:util';
import type { StageSettings } from '../settings/stage-settings.ts';
import { faultOf, settingsOf } from './arguments.ts';
import { EXIT, Stopped } from './stopped.ts';

export interface DestroyArguments {
  settings: StageSettings;
  /** Name of a stage, typed beforehand. */
  confirmed: string | undefined;
  /** Ends the protection of a stage that keeps its data. */
  endProtection: boolean;
}

export const DESTROY_USAGE = `npm run destroy -- --stage <stage> [options]

Deletes a stage's stacks, last first, once its name was typed; says before what goes and what stays. It may be run again
at any time, also after it was cut off. Of a stage that keeps its data (prod) the stacks that hold it stay.

  --stage <stage>        whose settings: infra/settings/<stage>.ts
  --yes-destroy <stage>  the stage's name once more, instead of typing it, where no terminal is
  --end-protection       also of a stage that keeps its data; refused for others
  -h, --help             this text

Exit codes: 0 done, 1 a step failed, 2 wrong use, 4 not confirmed, 5 credentials or rights, 6 somebody else is at it.`;

/** Reads `npm run destroy -- …`. Throws {@link Stopped} that says what to write. */
export function readDestroyArguments(args: readonly string[]): DestroyArguments | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const settings = settingsOf(values.stage, DESTROY_USAGE);
  const confirmed = values['yes-destroy'];
  if (confirmed !== undefined && confirmed !== settings.stage) {
    throw usage(
      `--yes-destroy ${confirmed} is not the stage that --stage names, ${settings.stage}`,
    );
  }
  const endProtection = values['end-protection'];
  if (endProtection && settings.data === 'delete') {
    throw usage(`${settings.stage} does not protect its data, so it does not use --end-protection`);
  }
  return { settings, confirmed, endProtection };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        stage: { type: 'string' },
        'yes-destroy': { type: 'string' },
        'end-protection': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw usage(faultOf(error));
  }
}

function usage(reason: string): Stopped {
  return new Stopped(EXIT.usage, `${reason}.\n\n${DESTROY_USAGE}`);
}
