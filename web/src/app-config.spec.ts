import { describe, expect, it } from 'vitest';
import { ConfigUnavailableError, loadAppConfig } from './app-config.ts';

const SETTINGS = {
  region: 'us-east-1',
  userPoolId: 'us-east-1_ordercast',
  userPoolClientId: 'client',
  identityPoolId: '',
  cognitoEndpoint: 'http://localhost:8080/cognito',
  apiUrl: 'http://localhost:8080/api/',
  realtimeUrl: '/realtime',
};

const load = (response: Response) =>
  loadAppConfig(() => Promise.resolve(response), 'https://orders.example');

describe('/config.json', () => {
  it('is read, with addresses made absolute', async () => {
    const config = await load(Response.json(SETTINGS));
    expect(config.apiUrl).toBe('http://localhost:8080/api');
    expect(config.realtimeUrl).toBe('wss://orders.example/realtime');
  });

  it('must name every setting', async () => {
    const withoutApi = { ...SETTINGS, apiUrl: undefined };
    await expect(load(Response.json(withoutApi))).rejects.toThrow('/config.json lacks apiUrl');
  });

  it.each([
    ['is missing', new Response('', { status: 404 })],
    ['is a page', new Response('<!doctype html>')],
    ['is no object', Response.json(null)],
  ])('that %s is reported as unavailable', async (_, response) => {
    await expect(load(response)).rejects.toThrow(ConfigUnavailableError);
  });
});
