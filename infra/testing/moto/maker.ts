import type { Properties } from './properties.ts';
import type { Account } from './stand-in-account.ts';
import type { TemplateValue } from './template-value.ts';

/** A resource that was made: what `Ref` and `Fn::GetAtt` give of it. */
export interface Made {
  ref: string;
  attributes?: Readonly<Record<string, TemplateValue>>;
}

export interface MakerContext {
  account: Account;
  logicalId: string;
  /** A name for what the template leaves unnamed: unique in the account, at most so many characters. */
  name: (most?: number) => string;
}

/** Makes a resource of one type by the calls that CloudFormation would make. */
export type Maker = (properties: Properties, context: MakerContext) => Promise<Made>;

/** By types of resources, such as `AWS::SQS::Queue`. */
export type Makers = Readonly<Record<string, Maker>>;
