import type { Makers } from '../maker.ts';
import { lowerNames } from '../properties.ts';
import { mapOf, textOf } from '../template-value.ts';
import type { TemplateMap } from '../template-value.ts';

/** What runs: the image's repository, tasks, services, functions, and what scales them. */
export const programMakers: Makers = {
  'AWS::ECR::Repository': async (p, { account }) => {
    const repositoryName = p.text('RepositoryName');
    const { LifecyclePolicyText: lifecyclePolicyText } = p.map('LifecyclePolicy');
    // What a deletion does, of which a service knows nothing.
    p.take('EmptyOnDelete');
    const settings = lowerProperties(p.same('ImageScanningConfiguration', 'ImageTagMutability'));
    const made = await account.call('ecr', 'createRepository', { repositoryName, ...settings });
    await account.call('ecr', 'putLifecyclePolicy', { repositoryName, lifecyclePolicyText });
    return { ref: repositoryName, attributes: { Arn: made.text('repository.repositoryArn') } };
  },
  'AWS::ECS::Cluster': async (p, { account }) => {
    const input = {
      clusterName: p.text('ClusterName'),
      settings: lowerNames(p.list('ClusterSettings')),
    };
    const made = await account.call('ecs', 'createCluster', input);
    return { ref: input.clusterName, attributes: { Arn: made.text('cluster.clusterArn') } };
  },
  'AWS::ECS::TaskDefinition': async (p, { account }) => {
    const input = lowerProperties({
      ...p.same('Family', 'ContainerDefinitions', 'Cpu', 'Memory', 'NetworkMode'),
      ...p.same('RequiresCompatibilities', 'RuntimePlatform', 'TaskRoleArn', 'ExecutionRoleArn'),
    });
    const made = await account.call('ecs', 'registerTaskDefinition', input);
    return { ref: made.text('taskDefinition.taskDefinitionArn') };
  },
  'AWS::ECS::Service': async (p, { account, name }) => {
    const input = lowerProperties({
      ...p.same('Cluster', 'TaskDefinition', 'DesiredCount', 'LaunchType', 'LoadBalancers'),
      ...p.same('DeploymentConfiguration', 'NetworkConfiguration', 'EnableECSManagedTags'),
      ...p.same('HealthCheckGracePeriodSeconds'),
    });
    const made = await account.call('ecs', 'createService', { serviceName: name(255), ...input });
    return {
      ref: made.text('service.serviceArn'),
      attributes: { Name: made.text('service.serviceName') },
    };
  },
  'AWS::ApplicationAutoScaling::ScalableTarget': async (p, { account }) => {
    const ResourceId = p.text('ResourceId');
    const ScalableDimension = p.text('ScalableDimension');
    const ServiceNamespace = p.text('ServiceNamespace');
    await account.call('autoscaling', 'registerScalableTarget', {
      ...{ ResourceId, ScalableDimension, ServiceNamespace },
      ...p.same('RoleARN', 'MinCapacity', 'MaxCapacity'),
    });
    return { ref: [ResourceId, ScalableDimension, ServiceNamespace].join('|') };
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': async (p, { account }) => {
    const [ResourceId, ScalableDimension, ServiceNamespace] = p.text('ScalingTargetId').split('|');
    const made = await account.call('autoscaling', 'putScalingPolicy', {
      ResourceId,
      ScalableDimension,
      ServiceNamespace,
      ...p.same('PolicyName', 'PolicyType', 'TargetTrackingScalingPolicyConfiguration'),
    });
    return { ref: made.text('PolicyARN') };
  },
  'AWS::Lambda::Function': async (p, { account }) => {
    const FunctionName = p.text('FunctionName');
    const { S3Key } = p.map('Code');
    const made = await account.call('lambda', 'createFunction', {
      FunctionName,
      Code: { ZipFile: EMPTY_ZIP },
      // A bundle lies in the assembly, under the name that it would have in a bucket.
      Tags: { [CODE_TAG]: textOf(S3Key, 'S3Key') },
      ...p.same('Runtime', 'Architectures', 'Handler', 'Role', 'Environment', 'Timeout'),
      ...p.same('MemorySize', 'TracingConfig', 'LoggingConfig', 'VpcConfig'),
    });
    return { ref: FunctionName, attributes: { Arn: made.text('FunctionArn') } };
  },
  'AWS::Lambda::Permission': async (p, { account, logicalId }) => {
    const input = { ...p.same('FunctionName', 'Action', 'Principal', 'SourceArn') };
    await account.call('lambda', 'addPermission', { ...input, StatementId: logicalId });
    return { ref: logicalId };
  },
  'AWS::Lambda::EventInvokeConfig': async (p, { account, name }) => {
    const input = p.same('FunctionName', 'Qualifier', 'DestinationConfig', 'MaximumRetryAttempts');
    await account.call('lambda', 'putFunctionEventInvokeConfig', {
      ...input,
      ...p.same('MaximumEventAgeInSeconds'),
    });
    return { ref: name() };
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': async (p, { account, name }) => {
    const Attributes = p.list('LoadBalancerAttributes');
    const made = await account.call('elb', 'createLoadBalancer', {
      Name: name(32),
      ...p.same('Scheme', 'Type', 'Subnets', 'SecurityGroups'),
    });
    const LoadBalancerArn = made.text('LoadBalancers.0.LoadBalancerArn');
    await account.call('elb', 'modifyLoadBalancerAttributes', { LoadBalancerArn, Attributes });
    return {
      ref: LoadBalancerArn,
      attributes: { LoadBalancerFullName: fullName(LoadBalancerArn) },
    };
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': async (p, { account, name }) => {
    const Attributes = p.list('TargetGroupAttributes');
    const made = await account.call('elb', 'createTargetGroup', {
      Name: name(32),
      ...p.same('VpcId', 'Port', 'Protocol', 'TargetType', 'Matcher', 'HealthCheckPath'),
      ...p.same('HealthCheckIntervalSeconds', 'HealthCheckTimeoutSeconds'),
      ...p.same('HealthyThresholdCount', 'UnhealthyThresholdCount'),
    });
    const TargetGroupArn = made.text('TargetGroups.0.TargetGroupArn');
    await account.call('elb', 'modifyTargetGroupAttributes', { TargetGroupArn, Attributes });
    return { ref: TargetGroupArn, attributes: { TargetGroupFullName: fullName(TargetGroupArn) } };
  },
  'AWS::ElasticLoadBalancingV2::Listener': async (p, { account }) => {
    const input = p.same('LoadBalancerArn', 'Port', 'Protocol', 'DefaultActions');
    const made = await account.call('elb', 'createListener', input);
    return { ref: made.text('Listeners.0.ListenerArn') };
  },
};

/** Where a function's code is found, by a tag of it. */
export const CODE_TAG = 'ordercast:code';
/** A zip without files: its end record alone. */
const EMPTY_ZIP = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');

function lowerProperties(properties: TemplateMap): TemplateMap {
  return mapOf(lowerNames(properties), 'Properties');
}

/** What metrics know a load balancer or a target group by. */
function fullName(arn: string): string {
  return arn
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^loadbalancer\//, '');
}
