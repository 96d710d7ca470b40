import type { Express } from 'express';
import serverless from 'serverless-http';

/** Answers an event of an HTTP API (payload format 2.0). */
export type PackagedApp = (event: object, context: object) => Promise<object>;

/**
 * An Express app as a Lambda function behind an HTTP API. All that it answers is text. The gateway's own id of a request is not taken for one that
 * the caller gave. See docs/adr/0020-express-as-a-lambda.md.
 */
export function packagedApp(app: Express): PackagedApp {
  const answer = serverless(app, { binary: false, requestId: '' });
  return (event, context) => answer({ ...event, rawPath: encodedPath(event) }, context);
}

/** An HTTP API decodes the path before it hands it over, and the query not; what parts the two is encoded further on. */
function encodedPath(event: object): string {
  const path = 'rawPath' in event && typeof event.rawPath === 'string' ? event.rawPath : '/';
  return encodeURI(path.toWellFormed());
}
