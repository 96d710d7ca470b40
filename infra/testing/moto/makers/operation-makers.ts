import type { Makers } from '../maker.ts';
import { lowerNames } from '../properties.ts';
import { ACCOUNT_ID } from '../stand-in-account.ts';

/** What watches and what is started by the clock or by an event. */
export const operationMakers: Makers = {
  'AWS::Logs::LogGroup': async (p, { account }) => {
    const logGroupName = p.text('LogGroupName');
    const retentionInDays = p.take('RetentionInDays');
    await account.call('logs', 'createLogGroup', { logGroupName });
    await account.call('logs', 'putRetentionPolicy', { logGroupName, retentionInDays });
    const Arn = `arn:aws:logs:${account.region}:${ACCOUNT_ID}:log-group:${logGroupName}:*`;
    return { ref: logGroupName, attributes: { Arn } };
  },
  'AWS::Logs::MetricFilter': async (p, { account, name }) => {
    const input = {
      filterName: name(512),
      logGroupName: p.text('LogGroupName'),
      filterPattern: p.text('FilterPattern'),
      metricTransformations: lowerNames(p.list('MetricTransformations')),
    };
    await account.call('logs', 'putMetricFilter', input);
    return { ref: input.filterName };
  },
  'AWS::CloudWatch::Alarm': async (p, { account }) => {
    const AlarmName = p.text('AlarmName');
    await account.call('cloudwatch', 'putMetricAlarm', {
      AlarmName,
      ...p.same('AlarmDescription', 'AlarmActions', 'OKActions', 'ComparisonOperator'),
      ...p.same('Namespace', 'MetricName', 'Dimensions', 'Metrics', 'Period', 'Threshold'),
      ...p.same('Statistic', 'ExtendedStatistic', 'EvaluationPeriods', 'DatapointsToAlarm'),
      ...p.same('TreatMissingData'),
    });
    return { ref: AlarmName };
  },
  'AWS::CloudWatch::Dashboard': async (p, { account }) => {
    const DashboardName = p.text('DashboardName');
    await account.call('cloudwatch', 'putDashboard', { DashboardName, ...p.same('DashboardBody') });
    return { ref: DashboardName };
  },
  'AWS::Events::Rule': async (p, { account, name }) => {
    const Name = name(64);
    const Targets = p.list('Targets');
    const made = await account.call('events', 'putRule', {
      Name,
      ...p.same('Description', 'ScheduleExpression', 'State'),
      EventPattern: p.json('EventPattern'),
    });
    await account.call('events', 'putTargets', { Rule: Name, Targets });
    return { ref: Name, attributes: { Arn: made.text('RuleArn') } };
  },
  'AWS::SNS::Topic': async (p, { account }) => {
    const made = await account.call('sns', 'createTopic', {
      Name: p.text('TopicName'),
      Attributes: p.same('DisplayName', 'KmsMasterKeyId'),
    });
    return { ref: made.text('TopicArn') };
  },
  'AWS::SNS::Subscription': async (p, { account }) => {
    const input = p.same('TopicArn', 'Protocol', 'Endpoint');
    return { ref: (await account.call('sns', 'subscribe', input)).text('SubscriptionArn') };
  },
  'AWS::SNS::TopicPolicy': async (p, { account, name }) => {
    const AttributeValue = p.json('PolicyDocument');
    for (const TopicArn of p.list('Topics')) {
      const input = { TopicArn, AttributeName: 'Policy', AttributeValue };
      await account.call('sns', 'setTopicAttributes', input);
    }
    return { ref: name() };
  },
  'AWS::CloudTrail::Trail': async (p, { account }) => {
    const Name = p.text('TrailName');
    const isLogging = p.take('IsLogging') === true;
    const EventSelectors = p.list('EventSelectors');
    await account.call('cloudtrail', 'createTrail', {
      Name,
      EnableLogFileValidation: p.take('EnableLogFileValidation'),
      ...p.same('S3BucketName', 'IncludeGlobalServiceEvents', 'IsMultiRegionTrail'),
    });
    await account.call('cloudtrail', 'putEventSelectors', { TrailName: Name, EventSelectors });
    if (isLogging) await account.call('cloudtrail', 'startLogging', { Name });
    return { ref: Name };
  },
};
