import { expect, it } from 'vitest';
import type { ApiRequest } from '../api/http-client.ts';
import { report, reportDetail, schedule } from '../testing/report-builder.ts';
import { ReportApi } from './report-api.ts';

/** The API over one answer, and what was sent. */
function apiThatAnswers(body: unknown) {
  const sent: Omit<ApiRequest<unknown>, 'answer'>[] = [];
  const api = new ReportApi({
    send: <Answer>({ answer, ...request }: ApiRequest<Answer>) => {
      sent.push(request);
      return Promise.resolve(answer.parse(body));
    },
  });
  return { api, sent };
}

it('a run is asked for under a key, so that the request may be repeated', async () => {
  const { api, sent } = apiThatAnswers(report(1));
  await api.startReport({ kind: 'ageing' }, 'key');
  expect(sent).toEqual([
    {
      method: 'POST',
      path: '/reports',
      body: { kind: 'ageing' },
      headers: { 'idempotency-key': 'key' },
      repeatable: true,
    },
  ]);
});

it('a new schedule replaces none, and a changed one only the version that was seen', async () => {
  const { api, sent } = apiThatAnswers(schedule());
  const { kind, expression, timeZone } = schedule();
  const body = { kind, expression, timeZone, recipients: [] };
  await api.putSchedule('daily-orders', body, undefined);
  await api.putSchedule('daily-orders', body, 3);
  expect(sent.map(({ method, path, headers }) => [method, path, headers])).toEqual([
    ['PUT', '/report-schedules/daily-orders', {}],
    ['PUT', '/report-schedules/daily-orders', { 'if-match': '"3"' }],
  ]);
});

it('what is done by each call is never repeated by itself', async () => {
  const cancelled = apiThatAnswers(report(1));
  await cancelled.api.cancelReport('a/b');
  const at = '2026-11-22T05:00:00.000Z';
  const mailed = apiThatAnswers({ address: 'a@b.example', status: 'waiting', reason: null, at });
  await mailed.api.resendMail('x', 'a@b.example');
  const sent = [...cancelled.sent, ...mailed.sent];
  expect(sent.map(({ method, path, repeatable }) => [method, path, repeatable])).toEqual([
    ['DELETE', '/reports/a%2Fb', false],
    ['POST', '/reports/x/mails', false],
  ]);
});

it('an answer that is no run is not taken for one', async () => {
  const { api } = apiThatAnswers({ ...reportDetail(1), status: 'lost' });
  await expect(async () => api.readReport('x')).rejects.toThrow();
});
