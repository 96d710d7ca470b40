import { Validations } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/**
 * Whatever cdk-nag's rules find stops the synthesis, as the findings of the library's own engine do; what is so on purpose is
 * acknowledged beside its resource, by its exact finding and with the reason.
 */
export function judge(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
