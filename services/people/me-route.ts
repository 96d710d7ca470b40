import { meSchema } from '@ordercast/contract/me.ts';
import type { Me } from '@ordercast/contract/me.ts';
import { NO_BODY, NO_QUERY, route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import type { PeopleService } from './people-service.ts';

/** `GET /me`: who the caller is and what they may do. */
export function meRoute(people: PeopleService): Route {
  return route({
    method: 'get',
    path: '/me',
    access: 'customer',
    query: NO_QUERY,
    body: NO_BODY,
    documentation: {
      summary: 'Who is signed in',
      responses: { 200: { description: 'The caller and their roles', schema: meSchema } },
    },
    handle: async ({ caller }) => {
      const { sub, name, email } = await people.personOf(caller);
      return { status: 200, body: { sub, name, email, roles: [...caller.roles] } satisfies Me };
    },
  });
}
