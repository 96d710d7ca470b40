import { startBroadcastBed } from '../testing/running-broadcast.ts';
import { describeBroadcasts } from './broadcast.contract.ts';

describeBroadcasts(await startBroadcastBed());
