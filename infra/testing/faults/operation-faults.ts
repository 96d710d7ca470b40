import { fault, remove, set } from './planting.ts';
import type { PlantedFault } from './planting.ts';

export const operationFaults: readonly PlantedFault[] = [
  fault('an alarm wakes nobody', set('AWS::CloudWatch::Alarm', ['AlarmActions'], [])),
  fault(
    'an alarm names no article',
    set('AWS::CloudWatch::Alarm', ['AlarmDescription'], 'too slow'),
  ),
  fault(
    'the key keeps alarms out',
    set(
      'AWS::KMS::Key',
      ['KeyPolicy', 'Statement', 1],
      undefined,
      (found) => found.stack === 'observability',
    ),
  ),
  fault('alarms go to nobody', remove('AWS::SNS::Subscription')),
  fault(
    'the dashboard is no JSON',
    set('AWS::CloudWatch::Dashboard', ['DashboardBody'], '{"widgets":['),
  ),
  fault(
    'the page has no policy',
    set('AWS::Amplify::App', ['CustomHeaders'], 'customHeaders:\n  - pattern: "**"\n'),
  ),
  fault("the page's headers are no YAML", set('AWS::Amplify::App', ['CustomHeaders'], '{')),
  fault(
    'a path of the page is not found',
    set('AWS::Amplify::App', ['CustomRules', 0, 'Status'], '404'),
  ),
];
