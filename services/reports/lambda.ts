import { waitInBackground } from '@ordercast/platform/wait.ts';
import { createApiFunction } from './function/api-function.ts';
import { createKeepFunction } from './function/keep-function.ts';
import { createMailEventsFunction } from './function/mail-events-function.ts';
import { createRunFunction } from './function/run-function.ts';

const parts = { environment: process.env, wait: waitInBackground };

/** The reports API, called by the HTTP API (payload format 2.0). */
export const api = createApiFunction(parts);
/** Works on a light run; called by `api` and `keep`, and by EventBridge Scheduler. */
export const run = createRunFunction(parts);
/** Called each minute. */
export const keep = createKeepFunction(parts);
/** Called by an EventBridge rule on what SES tells of mails. */
export const mailEvents = createMailEventsFunction(parts);
