import { Duration } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import type { AlarmSpec } from '../constructs/alarm-spec.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';

/** A way through the system that people take, and what shows how it goes for them. */
export interface Journey {
  title: string;
  alarms: readonly AlarmSpec[];
}

/** Alarms, where they go, and a dashboard by what people do. */
export class ObservabilityStack extends StageStack {
  constructor(app: App, settings: StageSettings, { journeys }: { journeys: readonly Journey[] }) {
    super(app, 'observability', { settings, description: 'Ordercast: alarms, dashboard' });
    new AlarmTopic(this, 'Alarms', {
      settings,
      specs: journeys.flatMap(({ alarms }) => alarms),
    });
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: `ordercast-${settings.stage}`,
      defaultInterval: Duration.hours(3),
    });
    for (const { title, alarms } of journeys) {
      dashboard.addWidgets(new TextWidget({ markdown: `## ${title}`, width: 24, height: 1 }));
      const widgets = alarms.map(
        ({ article, of, metric, threshold }) =>
          new GraphWidget({
            title: of === undefined ? article : `${article}: ${of}`,
            left: [metric],
            leftAnnotations: [{ value: threshold, label: 'alarm' }],
            width: 8,
          }),
      );
      dashboard.addWidgets(...widgets);
    }
  }
}
