import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { FargateService, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Messages that one worker gets through in about ten seconds; a broadcast has one a shard. */
const BACKLOG_PER_TASK = 20;

/**
 * As many workers as their backlog asks for: messages waiting divided by running tasks, which neither CPU nor the length of the
 * queue alone tells. (Application Auto Scaling, target tracking with metric math.)
 */
export class QueueScaling extends Construct {
  constructor(
    scope: Construct,
    id: string,
    {
      service,
      cluster,
      queue,
      min,
      max,
    }: { service: FargateService; cluster: ICluster; queue: IQueue; min: number; max: number },
  ) {
    super(scope, id);
    const target = service.autoScaleTaskCount({ minCapacity: min, maxCapacity: max });
    const scalable = target.node.findChild('Target').node.defaultChild;
    if (!(scalable instanceof CfnScalableTarget))
      throw new Error('The service has no scalable target');
    new CfnScalingPolicy(this, 'Backlog', {
      policyName: `${service.node.id}-backlog-per-task`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: scalable.ref,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: BACKLOG_PER_TASK,
        scaleInCooldown: 120,
        scaleOutCooldown: 15,
        customizedMetricSpecification: {
          metrics: [
            {
              id: 'waiting',
              returnData: false,
              metricStat: {
                stat: 'Average',
                metric: {
                  namespace: 'AWS/SQS',
                  metricName: 'ApproximateNumberOfMessagesVisible',
                  dimensions: [{ name: 'QueueName', value: queue.queueName }],
                },
              },
            },
            {
              id: 'running',
              returnData: false,
              metricStat: {
                stat: 'Average',
                metric: {
                  namespace: 'ECS/ContainerInsights',
                  metricName: 'RunningTaskCount',
                  dimensions: [
                    { name: 'ClusterName', value: cluster.clusterName },
                    { name: 'ServiceName', value: service.serviceName },
                  ],
                },
              },
            },
            {
              id: 'backlog',
              expression: 'waiting / running',
              label: 'Messages a task',
              returnData: true,
            },
          ],
        },
      },
    });
  }
}
