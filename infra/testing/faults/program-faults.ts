import { anyOf, container, fault, named, pick, remove, set, write } from './planting.ts';
import type { PlantedFault } from './planting.ts';

export const programFaults: readonly PlantedFault[] = [
  fault(
    'a container writes its image',
    set('AWS::ECS::TaskDefinition', container(0, 'ReadonlyRootFilesystem'), false),
  ),
  fault(
    'a container has no init',
    set('AWS::ECS::TaskDefinition', container(0, 'LinuxParameters'), undefined),
  ),
  fault('a container runs as root', set('AWS::ECS::TaskDefinition', container(0, 'User'), 'root')),
  fault(
    'a container has more memory than its task',
    set('AWS::ECS::TaskDefinition', container(0, 'Memory'), 4_096),
  ),
  fault(
    'a container has too long to end',
    set('AWS::ECS::TaskDefinition', container(0, 'StopTimeout'), 180),
  ),
  fault(
    'a container is killed before it has ended',
    set('AWS::ECS::TaskDefinition', container(0, 'StopTimeout'), 10),
  ),
  fault('a variable shows a secret', (stage) => {
    const { properties } = pick(stage, 'AWS::ECS::TaskDefinition', anyOf);
    write(
      properties,
      container(0, 'Environment', 0, 'Value'),
      '{{resolve:secretsmanager:x:SecretString:password}}',
    );
  }),
  fault(
    'the balancer looks for a container that is not there',
    set('AWS::ECS::Service', ['LoadBalancers', 0, 'ContainerName'], 'web', named('Api')),
  ),
  fault(
    'the balancer looks at a port that is not there',
    set('AWS::ECS::Service', ['LoadBalancers', 0, 'ContainerPort'], 8_080, named('Api')),
  ),
  fault(
    'what does not come up stays',
    set(
      'AWS::ECS::Service',
      ['DeploymentConfiguration', 'DeploymentCircuitBreaker', 'Rollback'],
      false,
    ),
  ),
  fault(
    'programs have public addresses',
    set(
      'AWS::ECS::Service',
      ['NetworkConfiguration', 'AwsvpcConfiguration', 'AssignPublicIp'],
      'ENABLED',
    ),
  ),
  fault(
    'the balancer asks only whether the process lives',
    set('AWS::ElasticLoadBalancingV2::TargetGroup', ['HealthCheckPath'], '/health/live'),
  ),
  fault(
    'workers grow by nothing',
    remove('AWS::ApplicationAutoScaling::ScalingPolicy', named('Backlog')),
  ),
  fault('a function has an old runtime', set('AWS::Lambda::Function', ['Runtime'], 'nodejs20.x')),
  fault('a log is kept for ever', set('AWS::Logs::LogGroup', ['RetentionInDays'], undefined)),
];
