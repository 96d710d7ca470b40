import {
  previewScheduleSchema,
  putReportScheduleSchema,
  reportScheduleListSchema,
  reportScheduleSchema,
  scheduleIdSchema,
  scheduleTimesSchema,
} from '@ordercast/contract/report-schedule.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import type { Knex } from 'knex';
import { entityTag, parseIfMatch } from '../http/entity-tag.ts';
import {
  badRequest,
  notFound,
  preconditionRequired,
  staleVersion,
  unprocessable,
} from '../http/problem.ts';
import { NO_BODY, NO_QUERY, route } from '../http/route.ts';
import type { Reply, Route, RouteRequest } from '../http/route.ts';
import type { PeopleService } from '../people/people-service.ts';
import type { PutReportSchedule } from '@ordercast/contract/report-schedule.ts';
import { InvalidSchedule, readSchedule } from './schedule/read-schedule.ts';
import type { ScheduleRecord } from './schedule/schedule-record.ts';
import { shownSchedule } from './schedule/shown-schedule.ts';
import { nextTimes } from './schedule/expression/next-times.ts';
import { parseScheduleExpression } from './schedule/expression/schedule-expression.ts';
import {
  ScheduleChanged,
  findSchedule,
  listSchedules,
  putSchedule,
} from './schedule/schedule-store.ts';

interface Dependencies {
  database: Knex;
  people: PeopleService;
  /** Epoch ms. */
  clock: () => number;
  /** Runs after a schedule was written: the scheduler can follow now. */
  onScheduleChanged: () => void;
}

/** As many times ahead as an admin is shown. */
const SHOWN_TIMES = 3;

/** When reports run by themselves: `/report-schedules` and what lies below it. */
export function reportScheduleRoutes(dependencies: Dependencies): Route[] {
  return [
    listRoute(dependencies),
    previewRoute(dependencies),
    readRoute(dependencies),
    putRoute(dependencies),
  ];
}

function listRoute({ database, clock }: Dependencies): Route {
  return route({
    method: 'get',
    path: '/report-schedules',
    access: 'admin',
    query: NO_QUERY,
    body: NO_BODY,
    documentation: {
      summary: 'All schedules of reports, by their ids',
      responses: { 200: { description: 'The schedules', schema: reportScheduleListSchema } },
    },
    handle: async () => {
      const schedules = await listSchedules(database);
      const items = schedules.map((schedule) => shownSchedule(schedule, clock()));
      return { status: 200, body: { items } };
    },
  });
}

function previewRoute({ clock }: Dependencies): Route {
  return route({
    method: 'post',
    path: '/report-schedules/preview',
    access: 'admin',
    query: NO_QUERY,
    body: previewScheduleSchema,
    documentation: {
      summary: 'When a schedule would run next',
      responses: {
        200: {
          description: 'The next three times, fewer where it ends',
          schema: scheduleTimesSchema,
        },
        422: { description: 'It would never run; `errors` say what to write' },
      },
    },
    handle: (_request, { body }) => {
      const { content } = checked({ kind: 'ageing', ...body, recipients: [] }, clock());
      const { expression, timeZone } = content;
      const times = nextTimes(parseScheduleExpression(expression), timeZone, clock(), SHOWN_TIMES);
      return Promise.resolve({ status: 200, body: { nextTimes: times.map(isoInstant) } });
    },
  });
}

function readRoute({ database, clock }: Dependencies): Route {
  return route({
    method: 'get',
    path: '/report-schedules/:id',
    access: 'admin',
    query: NO_QUERY,
    body: NO_BODY,
    documentation: {
      summary: 'A schedule, and whether the scheduler follows it',
      responses: {
        200: { description: 'The schedule', schema: reportScheduleSchema, headers: ['ETag'] },
        404: { description: 'There is no such schedule' },
      },
    },
    handle: async ({ params }) => {
      const id = scheduleIdSchema.safeParse(params.id);
      const found = id.success ? await findSchedule(database, id.data) : undefined;
      if (found === undefined) throw notFound('There is no such schedule.');
      return scheduleReply(200, found, clock());
    },
  });
}

function putRoute({ database, people, clock, onScheduleChanged }: Dependencies): Route {
  return route({
    method: 'put',
    path: '/report-schedules/:id',
    access: 'admin',
    query: NO_QUERY,
    body: putReportScheduleSchema,
    documentation: {
      summary: 'Make or replace a schedule',
      description:
        'An address that stays on the list keeps its state; one that was taken off for a bounce is active again once it was removed and added anew.',
      headers: [
        {
          name: 'If-Match',
          required: false,
          description: 'The ETag that was read; without it a schedule is only made, never replaced',
        },
      ],
      responses: {
        200: { description: 'The schedule', schema: reportScheduleSchema, headers: ['ETag'] },
        201: {
          description: 'The schedule, which is new',
          schema: reportScheduleSchema,
          headers: ['ETag', 'Location'],
        },
        412: { description: 'Somebody changed the schedule since it was read, or there is none' },
        422: { description: 'It cannot run so; `errors` name each field at fault' },
        428: { description: 'The schedule is there: send If-Match' },
      },
    },
    handle: async (request, { body }) => {
      const id = readId(request);
      const before = await findSchedule(database, id);
      const expected = demandedVersion(request, before);
      const { content, addresses } = checked(body, clock());
      const { sub: by } = await people.personOf(request.caller);
      try {
        const at = clock();
        const put = { id, content, addresses, expected, by, at };
        const after = await putSchedule(database, put);
        onScheduleChanged();
        if (expected !== 'none') return scheduleReply(200, after, at);
        const location = { Location: `${request.baseUrl}/report-schedules/${id}` };
        return scheduleReply(201, after, at, location);
      } catch (error) {
        if (error instanceof ScheduleChanged) throw stale();
        throw error;
      }
    },
  });
}

function readId({ params }: RouteRequest): string {
  const id = scheduleIdSchema.safeParse(params.id);
  if (id.success) return id.data;
  const message = id.error.issues[0]?.message ?? 'is no id';
  throw badRequest('The id of the schedule cannot be used.', [{ path: 'id', message }]);
}

/** The version that must still stand, from `If-Match` (RFC 9110, section 13.1.1). */
function demandedVersion(
  { header }: RouteRequest,
  before: ScheduleRecord | undefined,
): number | 'none' {
  const demand = parseIfMatch(header('If-Match'));
  if (demand === undefined) {
    if (before !== undefined) throw preconditionRequired('schedule');
    return 'none';
  }
  if (before === undefined) throw stale();
  if (demand !== 'any' && !demand.includes(before.version)) throw stale();
  return before.version;
}

const stale = () => staleVersion('Somebody changed the schedule since you read it. Read it again.');

function checked(body: PutReportSchedule, now: number): ReturnType<typeof readSchedule> {
  try {
    return readSchedule(body, now);
  } catch (error) {
    if (!(error instanceof InvalidSchedule)) throw error;
    throw unprocessable('invalid-schedule', `${error.message}.`, error.errors);
  }
}

function scheduleReply(
  status: number,
  schedule: ScheduleRecord,
  now: number,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const tag = { ETag: entityTag(schedule.version) };
  return { status, body: shownSchedule(schedule, now), headers: { ...tag, ...headers } };
}
