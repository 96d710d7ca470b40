import { describe, expect, it } from 'vitest';
import { localAddresses } from './addresses.ts';

describe('the addresses of the laptop', () => {
  it.each(['localhost:8080', 'LOCALHOST:8080', '127.0.0.1:8080', '[::1]:8080'])(
    'include %s',
    (host) => {
      const { origins, originOf } = localAddresses(8080);
      expect(originOf(host)).toBe(`http://${host.toLowerCase()}`);
      expect(origins).toContain(`http://${host.toLowerCase()}`);
    },
  );

  it.each([undefined, '', 'localhost', 'localhost:80', 'localhost:8081', 'evil.example:8080'])(
    'do not include %j',
    (host) => {
      expect(localAddresses(8080).originOf(host)).toBeUndefined();
    },
  );

  it('take a default port as written or left out, and never print it', () => {
    const { url, origins, originOf } = localAddresses(80);
    expect(url).toBe('http://localhost');
    expect(origins).toEqual(['http://localhost', 'http://127.0.0.1', 'http://[::1]']);
    for (const host of ['localhost', 'localhost:80']) expect(originOf(host)).toBe(url);
    expect(originOf('localhost:443')).toBeUndefined();
  });

  it('include the one of a tunnel beside their own', () => {
    const { url, origins, originOf, isPublic } = localAddresses(8080, 'https://orders.example');
    expect(url).toBe('http://localhost:8080');
    expect(origins).toContain('https://orders.example');
    for (const host of ['orders.example', 'orders.example:443']) {
      expect(originOf(host)).toBe('https://orders.example');
    }
    expect(originOf('orders.example:80')).toBeUndefined();
    expect(originOf('localhost:8080')).toBe(url);
    expect(isPublic('orders.example')).toBe(true);
    expect(isPublic('orders.example:443')).toBe(true);
    for (const own of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080']) {
      expect(isPublic(own), own).toBe(false);
    }
  });
});
