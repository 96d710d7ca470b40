/** What was entered is no expression of EventBridge Scheduler; the message says what to write, and is meant for the caller. */
export class InvalidScheduleExpression extends Error {
  override name = 'InvalidScheduleExpression';
}
