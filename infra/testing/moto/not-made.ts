import type { Made } from './maker.ts';
import { textOf } from './template-value.ts';
import type { TemplateMap } from './template-value.ts';

interface NotMade extends Made {
  /** Why moto makes nothing of it. */
  why: string;
  /** Where only some of the type are passed over. */
  where?: (properties: TemplateMap) => boolean;
}

/** Never asked for: nothing refers to it. */
const UNNAMED = { ref: 'not-made' };

const PAGE = 'd0rdercast0000';

/** Types of resources that are passed over, and what stands for them where others refer to them. */
const NOT_MADE: Readonly<Record<string, NotMade>> = {
  'AWS::CDK::Metadata': {
    why: 'it is no resource, but a note to the makers of the CDK',
    ...UNNAMED,
  },
  'AWS::Amplify::App': {
    why: 'moto has no Amplify',
    ref: PAGE,
    attributes: { AppId: PAGE, DefaultDomain: `${PAGE}.amplifyapp.com` },
  },
  'AWS::Amplify::Branch': { why: 'moto has no Amplify', ...UNNAMED },
  'AWS::Cognito::IdentityPoolRoleAttachment': {
    why: "moto's identity pools have no roles",
    ...UNNAMED,
  },
  'AWS::SES::ConfigurationSetEventDestination': {
    why: "moto's SES of version 2 tells nobody what became of a mail",
    ...UNNAMED,
  },
  'AWS::WAFv2::WebACLAssociation': {
    why: 'moto has no Amplify, whose app the firewall would stand before',
    where: ({ ResourceArn }) => textOf(ResourceArn, 'ResourceArn').startsWith('arn:aws:amplify:'),
    ...UNNAMED,
  },
};

/** What stands for a resource that moto cannot make; undefined where it can. */
export function notMade(type: string, properties: TemplateMap): NotMade | undefined {
  const entry = NOT_MADE[type];
  return entry?.where?.(properties) === false ? undefined : entry;
}

/** The types of which some are passed over, at least. */
export const PASSED_OVER: readonly string[] = Object.keys(NOT_MADE);
