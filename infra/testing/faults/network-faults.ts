import { isRecord } from '../../rules/judged-stage.ts';
import { anyOf, fault, has, named, pick, remove, set } from './planting.ts';
import type { PlantedFault } from './planting.ts';

export const networkFaults: readonly PlantedFault[] = [
  fault(
    'the database is open to the internet',
    set('AWS::EC2::SecurityGroupIngress', ['CidrIp'], '0.0.0.0/0', has('FromPort', 1433)),
  ),
  fault(
    'the worker reaches the database',
    set(
      'AWS::EC2::SecurityGroupIngress',
      ['SourceSecurityGroupId'],
      { 'Fn::GetAtt': ['NetworkWorker0', 'GroupId'] },
      has('FromPort', 1433),
    ),
  ),
  fault(
    'TDS is let in with its neighbours',
    set('AWS::EC2::SecurityGroupIngress', ['ToPort'], 1500, has('FromPort', 1433)),
  ),
  fault(
    'nothing lets the balancer reach the API',
    remove('AWS::EC2::SecurityGroupIngress', has('FromPort', 3000)),
  ),
  fault('a program may call anybody at any port', (stage) => {
    const { properties } = pick(stage, 'AWS::EC2::SecurityGroup', named('NetworkApi'));
    properties['SecurityGroupEgress'] = [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }];
  }),
  fault('the subnets of the database have a way out', (stage) => {
    const { properties } = pick(stage, 'AWS::EC2::Route', anyOf);
    properties['RouteTableId'] = { Ref: 'NetworkVpcdatabaseSubnet1RouteTable0' };
  }),
  fault(
    'a network list lets everybody in',
    set('AWS::EC2::NetworkAclEntry', ['CidrBlock'], '0.0.0.0/0', has('Egress', false)),
  ),
  fault(
    'a network list lets programs in at every port',
    set('AWS::EC2::NetworkAclEntry', ['PortRange', 'To'], 65_535, named('TdsIn')),
  ),
  fault('a subnet lies in a zone by its letter', (stage) => {
    const { properties } = pick(stage, 'AWS::EC2::Subnet', anyOf);
    delete properties['AvailabilityZoneId'];
    properties['AvailabilityZone'] = 'eu-central-1a';
  }),
  fault(
    'the load balancer faces the internet',
    set('AWS::ElasticLoadBalancingV2::LoadBalancer', ['Scheme'], 'internet-facing'),
  ),
  fault('the load balancer waits longer than the API', (stage) => {
    const { properties } = pick(stage, 'AWS::ElasticLoadBalancingV2::LoadBalancer', anyOf);
    const attributes = properties['LoadBalancerAttributes'];
    for (const attribute of Array.isArray(attributes) ? attributes : []) {
      if (isRecord(attribute) && attribute['Key'] === 'idle_timeout.timeout_seconds')
        attribute['Value'] = '120';
    }
  }),
  fault('an attribute of the load balancer is misspelt', (stage) => {
    const { properties } = pick(stage, 'AWS::ElasticLoadBalancingV2::LoadBalancer', anyOf);
    const attributes = properties['LoadBalancerAttributes'];
    if (Array.isArray(attributes))
      attributes.push({ Key: 'routing.http.drop_invalid_headers', Value: 'true' });
  }),
  fault(
    'a stage with names listens without TLS',
    set('AWS::ElasticLoadBalancingV2::Listener', ['Protocol'], 'HTTP'),
    'prod',
  ),
];
