import { dev } from './dev.ts';
import { prod } from './prod.ts';
import { InvalidSettings, parseStageSettings } from './stage-settings.ts';
import type { StageSettings } from './stage-settings.ts';

const STAGES: Readonly<Record<string, StageSettings>> = { dev, prod };

/** The settings of a stage by its name. Throws {@link InvalidSettings} that lists the names there are, or what is wrong in them. */
export function stageByName(name: unknown): StageSettings {
  const settings =
    typeof name === 'string' && Object.hasOwn(STAGES, name) ? STAGES[name] : undefined;
  if (settings !== undefined) return parseStageSettings(settings);
  const known = Object.keys(STAGES).join(' or ');
  throw new InvalidSettings(`Name the stage: -c stage=<name>, where <name> is ${known}.`);
}
