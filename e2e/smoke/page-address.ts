/** What is wrong with it is told without it: it may hold a password. */
export class InvalidPageAddress extends Error {
  override name = 'InvalidPageAddress';
}

/** The address of a page, without a slash at its end. @throws InvalidPageAddress with what to write for `--url` */
export function pageAddress(text: string): { page: string; isLocal: boolean } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidPageAddress(
      '--url must be http:// or https:// and a host, such as http://localhost:8080',
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new InvalidPageAddress('--url must hold no user, password, query or fragment');
  }
  const isLocal = /^(localhost|.*\.localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  return { page: url.href.replace(/\/+$/, ''), isLocal };
}
