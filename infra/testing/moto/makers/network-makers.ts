import type { Makers } from '../maker.ts';
import type { Properties } from '../properties.ts';
import { mapOf } from '../template-value.ts';

/** What lies in the VPC, and who may talk to whom there. */
export const networkMakers: Makers = {
  'AWS::EC2::VPC': async (p, { account }) => {
    const flags = p.same('EnableDnsSupport', 'EnableDnsHostnames');
    const input = { ...p.same('CidrBlock', 'InstanceTenancy'), ...tagged('vpc', p) };
    const VpcId = (await account.call('ec2', 'createVpc', input)).text('Vpc.VpcId');
    for (const [name, Value] of Object.entries(flags)) {
      await account.call('ec2', 'modifyVpcAttribute', { VpcId, [name]: { Value } });
    }
    return { ref: VpcId };
  },
  'AWS::EC2::Subnet': async (p, { account }) => {
    const isPublic = p.take('MapPublicIpOnLaunch') === true;
    const input = {
      ...p.same('VpcId', 'CidrBlock', 'AvailabilityZoneId'),
      ...tagged('subnet', p),
    };
    const SubnetId = (await account.call('ec2', 'createSubnet', input)).text('Subnet.SubnetId');
    const MapPublicIpOnLaunch = { Value: isPublic };
    await account.call('ec2', 'modifySubnetAttribute', { SubnetId, MapPublicIpOnLaunch });
    return { ref: SubnetId };
  },
  'AWS::EC2::InternetGateway': async (p, { account }) => {
    const made = await account.call('ec2', 'createInternetGateway', tagged('internet-gateway', p));
    return { ref: made.text('InternetGateway.InternetGatewayId') };
  },
  'AWS::EC2::VPCGatewayAttachment': async (p, { account, name }) => {
    await account.call('ec2', 'attachInternetGateway', p.same('VpcId', 'InternetGatewayId'));
    return { ref: name() };
  },
  'AWS::EC2::RouteTable': async (p, { account }) => {
    const input = { ...p.same('VpcId'), ...tagged('route-table', p) };
    const made = await account.call('ec2', 'createRouteTable', input);
    return { ref: made.text('RouteTable.RouteTableId') };
  },
  'AWS::EC2::SubnetRouteTableAssociation': async (p, { account }) => {
    const made = await account.call(
      'ec2',
      'associateRouteTable',
      p.same('RouteTableId', 'SubnetId'),
    );
    return { ref: made.text('AssociationId') };
  },
  'AWS::EC2::Route': async (p, { account, name }) => {
    const input = p.same('RouteTableId', 'DestinationCidrBlock', 'GatewayId', 'NatGatewayId');
    await account.call('ec2', 'createRoute', input);
    return { ref: name() };
  },
  'AWS::EC2::EIP': async (p, { account }) => {
    const input = { ...p.same('Domain'), ...tagged('elastic-ip', p) };
    const made = await account.call('ec2', 'allocateAddress', input);
    return { ref: made.text('PublicIp'), attributes: { AllocationId: made.text('AllocationId') } };
  },
  'AWS::EC2::NatGateway': async (p, { account }) => {
    const input = { ...p.same('AllocationId', 'SubnetId'), ...tagged('natgateway', p) };
    const made = await account.call('ec2', 'createNatGateway', input);
    return { ref: made.text('NatGateway.NatGatewayId') };
  },
  'AWS::EC2::NetworkAcl': async (p, { account }) => {
    const input = { ...p.same('VpcId'), ...tagged('network-acl', p) };
    const made = await account.call('ec2', 'createNetworkAcl', input);
    return { ref: made.text('NetworkAcl.NetworkAclId') };
  },
  'AWS::EC2::NetworkAclEntry': async (p, { account, name }) => {
    const names = ['NetworkAclId', 'RuleNumber', 'RuleAction', 'Egress', 'CidrBlock', 'PortRange'];
    const input = { ...p.same(...names), Protocol: p.text('Protocol') };
    await account.call('ec2', 'createNetworkAclEntry', input);
    return { ref: name() };
  },
  'AWS::EC2::SubnetNetworkAclAssociation': async (p, { account }) => {
    const Filters = [{ Name: 'association.subnet-id', Values: [p.text('SubnetId')] }];
    const now = await account.call('ec2', 'describeNetworkAcls', { Filters });
    const input = {
      ...p.same('NetworkAclId'),
      AssociationId: now.text('NetworkAcls.0.Associations.0.NetworkAclAssociationId'),
    };
    const made = await account.call('ec2', 'replaceNetworkAclAssociation', input);
    return { ref: made.text('NewAssociationId') };
  },
  'AWS::EC2::SecurityGroup': async (p, { account, name }) => {
    const input = {
      ...p.same('VpcId'),
      GroupName: name(255),
      Description: p.text('GroupDescription'),
      ...tagged('security-group', p),
    };
    const out = p.list('SecurityGroupEgress');
    const GroupId = (await account.call('ec2', 'createSecurityGroup', input)).text('GroupId');
    if (out.length > 0) {
      // What a template says takes the place of what every new group has.
      const IpPermissions = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
      await account.call('ec2', 'revokeSecurityGroupEgress', { GroupId, IpPermissions });
    }
    for (const rule of out.map((one) => mapOf(one, 'SecurityGroupEgress'))) {
      const { CidrIp, Description, ...permission } = rule;
      const IpPermissions = [{ ...permission, IpRanges: [{ CidrIp, Description }] }];
      await account.call('ec2', 'authorizeSecurityGroupEgress', { GroupId, IpPermissions });
    }
    return { ref: GroupId, attributes: { GroupId } };
  },
  'AWS::EC2::SecurityGroupIngress': async (p, { account, name }) => {
    const input = groupRule(p, 'SourceSecurityGroupId');
    await account.call('ec2', 'authorizeSecurityGroupIngress', input);
    return { ref: name() };
  },
  'AWS::EC2::SecurityGroupEgress': async (p, { account, name }) => {
    const input = groupRule(p, 'DestinationSecurityGroupId');
    await account.call('ec2', 'authorizeSecurityGroupEgress', input);
    return { ref: name() };
  },
  'AWS::EC2::VPCEndpoint': async (p, { account }) => {
    const input = {
      ...p.same('VpcId', 'ServiceName', 'VpcEndpointType', 'RouteTableIds'),
      ...tagged('vpc-endpoint', p),
    };
    const made = await account.call('ec2', 'createVpcEndpoint', input);
    return { ref: made.text('VpcEndpoint.VpcEndpointId') };
  },
  'AWS::EC2::FlowLog': async (p, { account }) => {
    const input = {
      ...p.same('ResourceType', 'TrafficType', 'LogDestinationType', 'LogGroupName'),
      ...p.same('DeliverLogsPermissionArn'),
      ResourceIds: [p.text('ResourceId')],
      ...tagged('vpc-flow-log', p),
    };
    return { ref: (await account.call('ec2', 'createFlowLogs', input)).text('FlowLogIds.0') };
  },
};

function tagged(ResourceType: string, p: Properties) {
  const Tags = p.list('Tags');
  return Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType, Tags }] };
}

/** Between two groups. */
function groupRule(p: Properties, other: string) {
  const pair = { GroupId: p.text(other), ...p.same('Description') };
  const ports = p.same('IpProtocol', 'FromPort', 'ToPort');
  return { ...p.same('GroupId'), IpPermissions: [{ ...ports, UserIdGroupPairs: [pair] }] };
}
