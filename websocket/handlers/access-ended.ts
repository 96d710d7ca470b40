import { z } from 'zod';

/** Calls of Cognito after which a user's tokens must open nothing any more. */
const ENDING_CALLS: readonly string[] = [
  'GlobalSignOut',
  'AdminUserGlobalSignOut',
  'AdminDisableUser',
  'AdminDeleteUser',
  'DeleteUser',
];

/** What EventBridge makes of CloudTrail's record of a call ("AWS API Call via CloudTrail"). */
const eventSchema = z.object({
  detail: z.object({
    eventSource: z.literal('cognito-idp.amazonaws.com'),
    eventName: z.string(),
    eventTime: z.iso.datetime(),
    errorCode: z.string().optional(),
    additionalEventData: z.object({ sub: z.string().min(1) }).optional(),
  }),
});

/**
 * A rule on CloudTrail's events calls this when somebody signs out everywhere, is disabled, or is
 * deleted. CloudTrail delivers within minutes; the end of the token is what bounds it at worst.
 */
export function createAccessEndedHandler({
  endAccess,
}: {
  endAccess: (sub: string, at: number) => Promise<void>;
}) {
  return async (event: unknown): Promise<void> => {
    const { eventName, eventTime, errorCode, additionalEventData } =
      eventSchema.parse(event).detail;
    // A call that failed has ended nothing.
    if (errorCode !== undefined || !ENDING_CALLS.includes(eventName)) return;
    if (additionalEventData === undefined) return;
    await endAccess(additionalEventData.sub, Date.parse(eventTime));
  };
}
