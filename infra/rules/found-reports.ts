import { resolved, resourcesOf } from './judged-stage.ts';
import type { Found, JudgedStage } from './judged-stage.ts';

export const REPORTS = 'reports';

/** Resources of a type in the stack of reports. */
export function reportResources(stage: JudgedStage, type: string): Found[] {
  return resourcesOf(stage, type).filter(({ stack }) => stack === REPORTS);
}

/** Properties with every reference resolved. */
export function whole(stage: JudgedStage, { stack, properties }: Found): unknown {
  return resolved(stage, stack, properties);
}

/** As other resources refer to it. */
export function referenceOf(found: Found | undefined): string {
  return found === undefined ? '' : `${found.stack}/${found.id}`;
}

/** The function that runs one of the handlers of `services/reports/lambda.ts`. */
export function reportHandler(stage: JudgedStage, name: string): Found | undefined {
  return reportResources(stage, 'AWS::Lambda::Function').find(
    ({ properties }) => properties['Handler'] === `lambda.${name}`,
  );
}

/** The task of heavy runs. */
export function reportTask(stage: JudgedStage): Found | undefined {
  return reportResources(stage, 'AWS::ECS::TaskDefinition')[0];
}

/** One sentence where something that must be there is not. */
export function missing(isThere: boolean, text: string): string[] {
  return isThere ? [] : [`${REPORTS}: ${text}`];
}
