import { at, listAt, resolved, resourcesOf, textOf, unless } from './judged-stage.ts';
import type { Found, JudgedStage, Rule } from './judged-stage.ts';

const TDS = 1433;
/** Security groups by the last part of their logical ids, which begin with this. */
const GROUP = 'Network';
const MAY_REACH_DATABASE = ['Api', 'Relay', 'Tasks', 'Rotation', 'Reports'];
const EVERYBODY = ['0.0.0.0/0', '::/0'];

interface Ingress {
  found: Found;
  to: string;
  from: string;
  ports: [number, number];
}

/** Every rule that lets something in, whether it stands by itself or in its group. */
function ingressRules(stage: JudgedStage): Ingress[] {
  const read = (found: Found, to: string, rule: unknown): Ingress => ({
    found,
    to,
    from: textOf(
      at(rule, 'CidrIp') ?? at(rule, 'CidrIpv6') ?? at(rule, 'SourceSecurityGroupId') ?? 'nothing',
    ),
    ports:
      at(rule, 'IpProtocol') === '-1'
        ? [0, 65_535]
        : [Number(at(rule, 'FromPort')), Number(at(rule, 'ToPort'))],
  });
  const alone = resourcesOf(stage, 'AWS::EC2::SecurityGroupIngress').map((found) => {
    const rule = resolved(stage, found.stack, found.properties);
    return read(found, textOf(at(rule, 'GroupId')), rule);
  });
  const inGroups = resourcesOf(stage, 'AWS::EC2::SecurityGroup').flatMap((found) =>
    listAt(resolved(stage, found.stack, found.properties), 'SecurityGroupIngress').map((rule) =>
      read(found, `${found.stack}/${found.id}.GroupId`, rule),
    ),
  );
  return [...alone, ...inGroups];
}

const isGroup = (reference: string, name: string) =>
  new RegExp(`^network/${GROUP}${name}[0-9A-F]{8}\\.GroupId$`).test(reference);

/** Who may reach which group at which port; nothing else is let in anywhere. */
const WAYS: readonly { from: string; to: string; port: number }[] = [
  { from: 'Link', to: 'Balancer', port: 80 },
  { from: 'Link', to: 'Balancer', port: 443 },
  { from: 'Balancer', to: 'Api', port: 3000 },
  ...MAY_REACH_DATABASE.map((from) => ({ from, to: 'Database', port: TDS })),
];

/** Address blocks of the subnets of a kind. */
function cidrsOf(stage: JudgedStage, name: string): string[] {
  return resourcesOf(stage, 'AWS::EC2::Subnet')
    .filter(({ id }) => id.includes(`${name}Subnet`))
    .map(({ properties }) => textOf(properties['CidrBlock']));
}

export const networkRules: readonly Rule[] = [
  {
    name: 'nobody is let in but on the ways of the design',
    find: (stage) =>
      ingressRules(stage).flatMap(({ found, from, to, ports: [first, last] }) =>
        unless(
          first === last &&
            WAYS.some(
              (way) => isGroup(from, way.from) && isGroup(to, way.to) && way.port === first,
            ),
          found,
          `lets ${from} into ${to} at ${first} to ${last}`,
        ),
      ),
  },
  {
    name: 'each way of the design is there',
    find: (stage) => {
      const rules = ingressRules(stage);
      return WAYS.filter(
        (way) =>
          !rules.some(
            ({ from, to, ports }) =>
              isGroup(from, way.from) && isGroup(to, way.to) && ports[0] === way.port,
          ),
      ).map(({ from, to, port }) => `network: nothing lets ${from} into ${to} at ${port}`);
    },
  },
  {
    name: 'what goes out goes to a group, or to AWS at 443',
    find: (stage) =>
      resourcesOf(stage, 'AWS::EC2::SecurityGroup').flatMap((found) =>
        listAt(found.properties, 'SecurityGroupEgress').flatMap((rule) => {
          const cidr = textOf(at(rule, 'CidrIp') ?? '');
          const isNowhere = cidr === '255.255.255.255/32';
          const isTls = at(rule, 'FromPort') === 443 && at(rule, 'ToPort') === 443;
          return unless(
            isNowhere || isTls || !EVERYBODY.includes(cidr),
            found,
            `lets everything out at ${textOf(at(rule, 'FromPort') ?? 'all ports')}`,
          );
        }),
      ),
  },
  {
    name: 'the subnets of the database have no way out',
    find: (stage) =>
      resourcesOf(stage, 'AWS::EC2::Route')
        .filter(({ properties }) =>
          textOf(at(properties, 'RouteTableId')).includes('databaseSubnet'),
        )
        .flatMap((found) => unless(false, found, 'is a route out of a subnet of the database')),
  },
  {
    name: 'the network lists of the database let TDS in from programs, and from no wider',
    find: (stage) => {
      const programs = cidrsOf(stage, 'programs');
      const own = cidrsOf(stage, 'database');
      const entries = resourcesOf(stage, 'AWS::EC2::NetworkAclEntry').filter(
        ({ properties }) => properties['RuleAction'] === 'allow',
      );
      return [
        ...(entries.length === 0 ? ['network: the database has no network list'] : []),
        ...entries.flatMap((found) => {
          const { properties } = found;
          const cidr = textOf(properties['CidrBlock']);
          const isTds =
            at(properties, 'PortRange', 'From') === TDS &&
            at(properties, 'PortRange', 'To') === TDS;
          return unless(
            own.includes(cidr) ||
              (programs.includes(cidr) && (properties['Egress'] === true || isTds)),
            found,
            `lets ${cidr} in at more than TDS`,
          );
        }),
      ];
    },
  },
  {
    name: 'subnets lie in the zones of the settings, by id',
    find: (stage) =>
      resourcesOf(stage, 'AWS::EC2::Subnet').flatMap((found) =>
        unless(
          stage.settings.zoneIds.includes(textOf(found.properties['AvailabilityZoneId'])) &&
            found.properties['AvailabilityZone'] === undefined &&
            found.properties['MapPublicIpOnLaunch'] !== true,
          found,
          'lies in another zone, or gives out public addresses',
        ),
      ),
  },
  {
    name: 'the load balancer is internal, drops damaged headers, and waits less than the API keeps a connection',
    find: (stage) =>
      resourcesOf(stage, 'AWS::ElasticLoadBalancingV2::LoadBalancer').flatMap((found) => {
        const attributes = new Map(
          listAt(found.properties, 'LoadBalancerAttributes').map((item) => [
            at(item, 'Key'),
            at(item, 'Value'),
          ]),
        );
        const unknown = [...attributes.keys()].filter(
          (key) => !BALANCER_ATTRIBUTES.has(textOf(key)),
        );
        return [
          ...unless(found.properties['Scheme'] === 'internal', found, 'is not internal'),
          ...unless(
            Number(attributes.get('idle_timeout.timeout_seconds')) <= 60,
            found,
            'waits over 60 s',
          ),
          ...unless(
            attributes.get('routing.http.drop_invalid_header_fields.enabled') === 'true',
            found,
            'hands on damaged headers',
          ),
          ...unless(attributes.get('access_logs.s3.enabled') === 'true', found, 'keeps no log'),
          ...unless(
            unknown.length === 0,
            found,
            `has attributes that are none: ${unknown.join(', ')}`,
          ),
        ];
      }),
  },
  {
    name: 'a stage with names listens with TLS alone',
    find: (stage) =>
      resourcesOf(stage, 'AWS::ElasticLoadBalancingV2::Listener').flatMap((found) =>
        unless(
          stage.settings.domain === undefined ||
            (found.properties['Protocol'] === 'HTTPS' &&
              textOf(found.properties['SslPolicy']).startsWith('ELBSecurityPolicy-TLS13') &&
              listAt(found.properties, 'Certificates').length > 0),
          found,
          'takes connections without TLS 1.3 although the stage has names',
        ),
      ),
  },
];

/** User guide of Application Load Balancers, load balancer attributes. */
const BALANCER_ATTRIBUTES = new Set([
  'access_logs.s3.bucket',
  'access_logs.s3.enabled',
  'access_logs.s3.prefix',
  'deletion_protection.enabled',
  'idle_timeout.timeout_seconds',
  'routing.http.drop_invalid_header_fields.enabled',
]);
