import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import { storagePositions } from '@ordercast/client/positions.ts';
import { ANNOUNCEMENT_EVENT_TYPE, announcementSchema } from '@ordercast/contract/announcement.ts';
import type { Announcement } from '@ordercast/contract/announcement.ts';
import { ANNOUNCEMENTS_CHANNEL, ordersChannelOf } from '@ordercast/contract/channel.ts';
import { orderEventDataSchema } from '@ordercast/contract/order-event.ts';
import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import { rolesOfGroups } from '@ordercast/contract/role.ts';
import type { Role } from '@ordercast/contract/role.ts';
import { createContext } from 'svelte';
import { Profile } from '../account/profile.svelte.ts';
import { TwoFactor } from '../account/two-factor.svelte.ts';
import { AnnouncementBoard } from '../announcements/announcement-board.svelte.ts';
import { AnnouncementDraft } from '../announcements/announcement-draft.svelte.ts';
import { AnnouncementMarks } from '../announcements/announcement-marks.svelte.ts';
import { HttpClient } from '../api/http-client.ts';
import { numbered } from '../api/numbered.ts';
import { OrderApi } from '../api/order-api.ts';
import type { AppConfig } from '../app-config.ts';
import type { Session } from '../auth/session.svelte.ts';
import type { SignedInUser } from '../auth/signed-in-user.ts';
import { ChannelFeed } from '../live/channel-feed.ts';
import { ConnectionStatus } from '../live/connection-status.svelte.ts';
import type { LiveClient } from '../live/live-client.ts';
import { OrderDetail } from '../orders/order-detail.svelte.ts';
import { OrderDraft } from '../orders/order-draft.svelte.ts';
import { OrderList } from '../orders/order-list.svelte.ts';
import { OrderLookup } from '../orders/order-lookup.svelte.ts';
import { UnsentTexts } from '../storage/unsent-texts.ts';
import type { PageStorage } from '../storage/page-storage.ts';

const numberedEventSchema = numbered('orderId', orderEventDataSchema);

/** How long a page waits for its channel before it shows what HTTP alone can tell. */
const FEED_TIMEOUT_MS = 1_000;

/** Everything that a signed-in person's pages share. */
export interface Workplace {
  user: SignedInUser;
  sub: string;
  roles: readonly Role[];
  isStaff: boolean;
  isAdmin: boolean;
  connection: ConnectionStatus;
  profile: Profile;
  orders: OrderList;
  board: AnnouncementBoard;
  announcementDraft: AnnouncementDraft;
  orderDraft: OrderDraft;
  orderDetail(id: string): OrderDetail;
  orderLookup(number: string, onFound: (id: string) => void): OrderLookup;
  twoFactor(): TwoFactor;
  /** For pages that bring a part of the API, and a channel, of their own. */
  http: Pick<HttpClient, 'send'>;
  live: Pick<LiveClient, 'subscribe'>;
  /** Resolves when a page should show what HTTP alone can tell. */
  feedTimeout: () => Promise<void>;
  /** Connects, subscribes and loads what every page shows; returns the clean-up. */
  open(): () => void;
}

export const [getWorkplace, setWorkplace] = createContext<Workplace>();

/** Composition root of everything that runs for one signed-in person. */
export function createWorkplace(
  config: AppConfig,
  user: SignedInUser,
  session: Pick<Session, 'accessToken' | 'end' | 'onLeave'>,
  storage: Pick<PageStorage, 'tab' | 'shared'>,
): Workplace {
  const { sub, groups } = user.claims;
  const roles = rolesOfGroups(groups);
  const isStaff = roles.includes('staff');
  const http = createHttp(config, session);
  const api = new OrderApi(http);
  const client: LiveClient = createRealtimeClient({
    url: config.realtimeUrl,
    token: (reason) => session.accessToken({ fresh: reason !== 'connect' }),
    positions: storagePositions(storage.tab, `ordercast.${sub}`),
  });
  const orderFeed = createOrderFeed(client, ordersChannelOf({ sub, roles }));
  const announcementFeed = createAnnouncementFeed(client);
  const connection = new ConnectionStatus(client);
  const profile = new Profile(api);
  const unsent = new UnsentTexts(storage.tab, `ordercast.${sub}.unsent`);
  const orderDraft = new OrderDraft({
    api,
    storage: storage.tab,
    storageKey: `ordercast.${sub}.draft`,
    newKey: () => crypto.randomUUID(),
  });
  const orders = new OrderList({ api, feed: orderFeed, feedTimeout });
  const board = new AnnouncementBoard({
    api,
    feed: announcementFeed,
    dismissed: new AnnouncementMarks(storage.shared, `ordercast.${sub}.dismissed-announcement`),
    read: new AnnouncementMarks(storage.shared, `ordercast.${sub}.read-announcement`),
  });
  return {
    user,
    sub,
    roles,
    isStaff,
    isAdmin: roles.includes('admin'),
    connection,
    profile,
    orders,
    board,
    announcementDraft: new AnnouncementDraft(board, unsent),
    orderDraft,
    orderDetail: (id) =>
      new OrderDetail({ id, api, feed: orderFeed, me: { roles }, reasons: unsent, feedTimeout }),
    orderLookup: (number, onFound) => new OrderLookup({ number, api, onFound }),
    twoFactor: () => new TwoFactor(user, () => session.accessToken({ fresh: true })),
    http,
    live: client,
    feedTimeout,
    open() {
      const cleanUps = [
        connection.onBack(() => {
          void orders.reconnected();
          void board.reconnected();
          orderDraft.reconnected();
          if (profile.error !== undefined) void profile.load();
        }),
        connection.watch(window),
        orderFeed.open(),
        announcementFeed.open(),
        orders.open(),
        board.open(),
        // A session that ended by itself goes on where it was; who signs out leaves nothing for the next person.
        session.onLeave(() => {
          unsent.clear();
          orderDraft.forget();
        }),
        () => client.close(),
      ];
      void profile.load();
      return () => {
        for (const cleanUp of cleanUps) cleanUp();
      };
    },
  };
}

function createHttp(
  { apiUrl }: AppConfig,
  session: Pick<Session, 'accessToken' | 'end'>,
): HttpClient {
  return new HttpClient({
    baseUrl: apiUrl,
    token: (options) => session.accessToken(options),
    onSessionEnded: () => session.end(),
    fetch: (url, init) => fetch(url, init),
    isOnline: () => navigator.onLine,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  });
}

function createOrderFeed(client: LiveClient, channel: string): ChannelFeed<OrderEventData> {
  return new ChannelFeed({
    client,
    channel,
    read: ({ data }) => numberedEventSchema.safeParse(data).data,
  });
}

function createAnnouncementFeed(client: LiveClient): ChannelFeed<Announcement> {
  return new ChannelFeed({
    client,
    channel: ANNOUNCEMENTS_CHANNEL,
    read: ({ type, data }) =>
      type === ANNOUNCEMENT_EVENT_TYPE ? announcementSchema.safeParse(data).data : undefined,
  });
}

function feedTimeout(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, FEED_TIMEOUT_MS));
}
