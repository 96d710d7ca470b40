import { extname } from 'node:path';
import express from 'express';
import type { RequestHandler } from 'express';

/** By preference: what the ends of the copies' names mean to HTTP. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/**
 * Serves a folder's files by their paths, from the compressed copy that lies beside one where the asker
 * takes that, as a CDN does. Each has an ETag; whatever is no file there is left to what follows.
 */
export function builtFiles(root: string, cacheControl: string): RequestHandler {
  const options = {
    cacheControl: false,
    dotfiles: 'ignore',
    index: false,
    redirect: false,
  } as const;
  const plain = express.static(root, {
    ...options,
    setHeaders: (response) => response.setHeader('Cache-Control', cacheControl),
  });
  const copies = ENCODINGS.map(([encoding, suffix]) => {
    const serve = express.static(root, {
      ...options,
      setHeaders(response, path) {
        response.type(extname(path.slice(0, -suffix.length)));
        response.set({ 'Cache-Control': cacheControl, 'Content-Encoding': encoding });
      },
    });
    return { encoding, suffix, serve };
  });
  return (request, response, next) => {
    response.vary('Accept-Encoding');
    const copy = copies.find(({ encoding }) => request.acceptsEncodings(encoding) === encoding);
    if (copy === undefined) {
      plain(request, response, next);
      return;
    }
    const { url } = request;
    request.url = request.path + copy.suffix;
    copy.serve(request, response, () => {
      request.url = url;
      plain(request, response, next);
    });
  };
}
