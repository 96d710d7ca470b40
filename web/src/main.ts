import { CognitoUserPool } from 'amazon-cognito-identity-js';
import { mount } from 'svelte';
import App from './App.svelte';
import { ConfigUnavailableError, loadAppConfig } from './app-config.ts';
import type { AppConfig } from './app-config.ts';
import { Accounts } from './auth/accounts.ts';
import { Session } from './auth/session.svelte.ts';
import { TabStorage } from './auth/tab-storage.ts';
import { Router } from './router/router.svelte.ts';
import { PageStorage } from './storage/page-storage.ts';
import Unconfigured from './Unconfigured.svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/forms.css';

/** Composition root of everything that runs before signing in. */
async function start(target: Element): Promise<void> {
  try {
    const config = await loadAppConfig((path) => fetch(path), location.origin);
    mountApp(target, config);
  } catch (cause) {
    if (!(cause instanceof ConfigUnavailableError)) throw cause;
    mount(Unconfigured, { target, props: { reason: cause.message } });
  }
}

function mountApp(target: Element, config: AppConfig): void {
  const storage = new PageStorage(window);
  const tokens = new TabStorage(storage.tab, storage.shared);
  const pool = new CognitoUserPool({
    UserPoolId: config.userPoolId,
    ClientId: config.userPoolClientId,
    Storage: tokens,
    ...(config.cognitoEndpoint ? { endpoint: config.cognitoEndpoint } : {}),
  });
  const accounts = new Accounts({ pool, storage: tokens, clock: Date.now });
  const session = new Session(accounts);
  const router = new Router(window);
  router.listen();
  followOtherTabs(session, `CognitoIdentityServiceProvider.${config.userPoolClientId}.`);
  void session.restore();
  mount(App, { target, props: { accounts, session, router, storage, config } });
}

/** Signing out in one tab signs the same person out in all of them. */
function followOtherTabs(session: Session, keyPrefix: string): void {
  addEventListener('storage', ({ key, newValue }) => {
    const username = session.user?.username;
    if (username === undefined || newValue !== null) return;
    if (key === null || key === `${keyPrefix}${username}.accessToken`) session.end();
  });
}

const target = document.getElementById('app');
if (target) void start(target);
