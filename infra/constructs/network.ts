import { Aspects } from 'aws-cdk-lib';
import type { IAspect } from 'aws-cdk-lib';
import {
  AclCidr,
  AclTraffic,
  Action,
  CfnSubnet,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  NetworkAcl,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  TrafficDirection,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import { explain } from './explain.ts';
import { logGroup } from './log-group.ts';

/** Of TDS; RDS's default, and the one way to the database that the groups and lists below leave. */
export const DATABASE_PORT = 1433;
/** Where the order API listens, as `PORT` tells it. */
export const API_PORT = 3000;
const ANYWHERE = Peer.anyIpv4();
/** What a client's own end of a connection may be. */
const EPHEMERAL = AclTraffic.tcpPortRange(1024, 65_535);

/** Who may talk to whom; one group for each role in it. */
export interface SecurityGroups {
  /** The gateway's VPC link. */
  link: SecurityGroup;
  balancer: SecurityGroup;
  api: SecurityGroup;
  relay: SecurityGroup;
  worker: SecurityGroup;
  /** `bootstrap` and `migrate`, run by hand or by a deployment. */
  tasks: SecurityGroup;
  /** The function that changes passwords. */
  rotation: SecurityGroup;
  /** Functions and tasks of reports. */
  reports: SecurityGroup;
  database: SecurityGroup;
}

/**
 * A VPC in two or three zones: public subnets with nothing in them but NAT, private ones for programs, and
 * isolated ones for the database, which has no route out and is reached at one port by five groups.
 *
 * DynamoDB and S3 are reached by gateway endpoints, which cost nothing. Everything else of AWS (ECR, Secrets Manager, SQS, Cognito,
 * logs, traces) goes by NAT, which `@connections` needs anyway: an interface endpoint costs 8 USD a month and zone, so
 * six of them in three zones cost more than the NAT they would relieve (docs/cost.md).
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly groups: SecurityGroups;

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(settings.vpcCidr),
      maxAzs: settings.zoneIds.length,
      natGateways: settings.natGateways,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'programs', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
        { name: 'database', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: {
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        S3: { service: GatewayVpcEndpointAwsService.S3 },
      },
    });
    Aspects.of(this.vpc).add(new ZonesById());
    this.vpc.addFlowLog('Refused', {
      destination: FlowLogDestination.toCloudWatchLogs(
        logGroup(this, 'FlowLog', settings, 'flow-log'),
      ),
      trafficType: FlowLogTrafficType.REJECT,
    });
    this.groups = this.#securityGroups();
    this.#guardDatabaseSubnets();
  }

  #group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }

  #securityGroups(): SecurityGroups {
    const groups: SecurityGroups = {
      link: this.#group('Link', 'The way of the gateway into the VPC'),
      balancer: this.#group('Balancer', 'The internal load balancer'),
      api: this.#group('Api', 'The order API'),
      relay: this.#group('Relay', 'The relay of the outbox'),
      worker: this.#group('Worker', 'The workers of the broadcast queue'),
      tasks: this.#group('Tasks', 'Bootstrap and migrations'),
      rotation: this.#group('Rotation', 'The function that changes passwords'),
      reports: this.#group('Reports', 'Functions and tasks of reports'),
      database: this.#group('Database', 'SQL Server'),
    };
    const { link, balancer, api, relay, worker, tasks, rotation, reports, database } = groups;
    for (const port of [80, 443]) {
      balancer.addIngressRule(link, Port.tcp(port), 'from the gateway alone');
      link.addEgressRule(balancer, Port.tcp(port));
    }
    api.addIngressRule(balancer, Port.tcp(API_PORT), 'from the load balancer alone');
    balancer.addEgressRule(api, Port.tcp(API_PORT));
    for (const group of [api, relay, tasks, rotation, reports]) {
      database.addIngressRule(group, Port.tcp(DATABASE_PORT), 'named programs alone');
      group.addEgressRule(database, Port.tcp(DATABASE_PORT));
    }
    for (const group of [api, relay, worker, tasks, rotation, reports]) {
      group.addEgressRule(ANYWHERE, Port.tcp(443), 'services of AWS');
    }
    return groups;
  }

  /** The second lock: whatever a group is changed to, the subnets take TDS from the programs' subnets alone. */
  #guardDatabaseSubnets(): void {
    const acl = new NetworkAcl(this, 'DatabaseAcl', {
      vpc: this.vpc,
      subnetSelection: { subnetGroupName: 'database' },
    });
    const { privateSubnets, isolatedSubnets } = this.vpc;
    explain(
      acl,
      'VPC3',
      'a second lock on the database, beside the security groups, kept on purpose',
    );
    privateSubnets.forEach((subnet, index) => {
      const cidr = AclCidr.ipv4(subnet.ipv4CidrBlock);
      const ruleNumber = 100 + index;
      acl.addEntry(`TdsIn${index}`, {
        ruleNumber,
        cidr,
        direction: TrafficDirection.INGRESS,
        traffic: AclTraffic.tcpPort(DATABASE_PORT),
        ruleAction: Action.ALLOW,
      });
      acl.addEntry(`AnswersOut${index}`, {
        ruleNumber,
        cidr,
        direction: TrafficDirection.EGRESS,
        traffic: EPHEMERAL,
        ruleAction: Action.ALLOW,
      });
    });
    // Multi-AZ mirrors from one database subnet to the other.
    isolatedSubnets.forEach((subnet: ISubnet, index) => {
      for (const direction of [TrafficDirection.INGRESS, TrafficDirection.EGRESS]) {
        acl.addEntry(`Mirror${direction === TrafficDirection.INGRESS ? 'In' : 'Out'}${index}`, {
          ruleNumber: 200 + index,
          cidr: AclCidr.ipv4(subnet.ipv4CidrBlock),
          direction,
          traffic: EPHEMERAL,
          ruleAction: Action.ALLOW,
        });
      }
    });
  }
}

/** The library writes what it takes for a zone's name; these are ids. */
class ZonesById implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof CfnSubnet)) return;
    node.availabilityZoneId = node.availabilityZone;
    node.availabilityZone = undefined;
  }
}
