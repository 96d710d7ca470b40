import { createContext } from 'svelte';
import type { Accounts } from './auth/accounts.ts';
import type { Session } from './auth/session.svelte.ts';
import type { Router } from './router/router.svelte.ts';
import type { PageStorage } from './storage/page-storage.ts';

/** What every page may reach. */
export interface AppContext {
  accounts: Accounts;
  session: Session;
  router: Router;
  storage: PageStorage;
}

export const [getAppContext, setAppContext] = createContext<AppContext>();
