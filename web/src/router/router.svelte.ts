import { routeOf } from './route.ts';
import type { Route } from './route.ts';

/** The part of `window` that the router uses. */
export interface RouterWindow {
  readonly location: { readonly href: string; readonly origin: string };
  readonly history: Pick<History, 'pushState' | 'replaceState'>;
  readonly document: Pick<Document, 'addEventListener' | 'removeEventListener'>;
  addEventListener(type: 'popstate', listener: () => void): void;
  removeEventListener(type: 'popstate', listener: () => void): void;
  scrollTo(x: number, y: number): void;
}

/** Pages by the History API: real links, real back button, no reload. */
export class Router {
  readonly #window: RouterWindow;
  #url = $state.raw<URL>(new URL('http://localhost/'));
  #moves = $state(0);

  constructor(window: RouterWindow) {
    this.#window = window;
    this.#url = new URL(window.location.href);
  }

  get route(): Route {
    return routeOf(this.#url.pathname);
  }

  get search(): string {
    return this.#url.search;
  }

  get query(): URLSearchParams {
    return this.#url.searchParams;
  }

  /** Path and query: what a link to the present page would say. */
  get path(): string {
    return this.#url.pathname + this.#url.search;
  }

  /** How often the person has moved between pages. */
  get moves(): number {
    return this.#moves;
  }

  /** True once the person has moved between pages: from then on a new page takes the focus. */
  get hasMoved(): boolean {
    return this.#moves > 0;
  }

  /** Opens another page, as a link would. */
  navigate(path: string): void {
    this.#window.history.pushState(null, '', path);
    this.#arrive(new URL(path, this.#window.location.origin));
    this.#window.scrollTo(0, 0);
  }

  /** Opens another page in the place of this one: the back button skips it. */
  redirect(path: string): void {
    this.#window.history.replaceState(null, '', path);
    this.#arrive(new URL(path, this.#window.location.origin));
  }

  /** Changes one part of the query, such as a filter, without leaving the page. */
  refine(name: string, value: string): void {
    const url = new URL(this.#url);
    if (value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
    this.#window.history.replaceState(null, '', url.pathname + url.search);
    this.#url = url;
  }

  /** Follows the back button and clicks on links of this application; returns the clean-up. */
  listen(): () => void {
    const onPopState = () => this.#arrive(new URL(this.#window.location.href));
    const onClick = (event: MouseEvent) => {
      const path = this.#pathOfClick(event);
      if (path === undefined) return;
      event.preventDefault();
      this.navigate(path);
    };
    this.#window.addEventListener('popstate', onPopState);
    this.#window.document.addEventListener('click', onClick);
    return () => {
      this.#window.removeEventListener('popstate', onPopState);
      this.#window.document.removeEventListener('click', onClick);
    };
  }

  #arrive(url: URL): void {
    this.#url = url;
    this.#moves += 1;
  }

  /** The path behind a plain click on one of our own links; undefined leaves it to the browser. */
  #pathOfClick(event: MouseEvent): string | undefined {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!isPlain || event.altKey || event.defaultPrevented) return undefined;
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download')) {
      return undefined;
    }
    const url = new URL(link.href);
    if (url.origin !== this.#window.location.origin || url.hash) return undefined;
    return routeOf(url.pathname).name === 'not-found' ? undefined : url.pathname + url.search;
  }
}
