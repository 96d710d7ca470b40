import { createHash } from 'node:crypto';
import type { Reply } from './route.ts';

/**
 * Answers with the document that `build` makes for where the API is mounted: made once for each such place,
 * of which an API has one, and asked for anew by its entity tag.
 */
export function openApiReply(build: (serverUrl: string) => unknown): (baseUrl: string) => Reply {
  const replies = new Map<string, Reply>();
  return (baseUrl) => {
    const known = replies.get(baseUrl);
    if (known !== undefined) return known;
    const body = JSON.stringify(build(baseUrl === '' ? '/' : baseUrl));
    const tag = createHash('sha256').update(body).digest('base64url');
    const reply = { status: 200, body, headers: { ETag: `"${tag}"`, 'Cache-Control': 'no-cache' } };
    replies.set(baseUrl, reply);
    return reply;
  };
}
