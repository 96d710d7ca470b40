import type { Makers } from '../maker.ts';
import { ACCOUNT_ID } from '../stand-in-account.ts';

/** What starts reports by the clock and what mails them. */
export const reportMakers: Makers = {
  'AWS::Scheduler::ScheduleGroup': async (p, { account }) => {
    const Name = p.text('Name');
    const made = await account.call('scheduler', 'createScheduleGroup', { Name });
    return { ref: Name, attributes: { Arn: made.text('ScheduleGroupArn') } };
  },
  'AWS::SES::ConfigurationSet': async (p, { account }) => {
    const ConfigurationSetName = p.text('Name');
    await account.call('ses', 'createConfigurationSet', {
      ConfigurationSetName,
      ...p.same('DeliveryOptions', 'ReputationOptions', 'SuppressionOptions'),
    });
    return { ref: ConfigurationSetName };
  },
  'AWS::SES::EmailIdentity': async (p, { account }) => {
    const EmailIdentity = p.text('EmailIdentity');
    await account.call('ses', 'createEmailIdentity', {
      EmailIdentity,
      ...p.map('ConfigurationSetAttributes'),
    });
    const Arn = `arn:aws:ses:${account.region}:${ACCOUNT_ID}:identity/${EmailIdentity}`;
    return { ref: EmailIdentity, attributes: { Arn } };
  },
};
