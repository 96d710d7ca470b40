/** Names of the tags by which SES's events tell what a mail was of; values are ULIDs. */
export const RUN_TAG = 'report-run';
export const MAIL_TAG = 'report-mail';
