import { collection } from '../kernel/index.ts';

/** One replay: events that are delivered again, as new deliveries. The row moves along and stays, for people. */
export interface Replay {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly topic: string;
  /** Epoch ms; from inclusive, until exclusive. */
  readonly since: number;
  readonly until: number;
  /** Event pattern as JSON text, on the event as a bus would show it. */
  readonly pattern?: string;
  /** Only deliveries that ended as failed, expired or dead-lettered. */
  readonly failuresOnly: boolean;
  /** Only to this subscriber. */
  readonly subscriber?: string;
  /** The function (version, alias) that gets the events instead of the one that would. */
  readonly target?: string;
  /** Deliveries a second. */
  readonly rate: number;
  /** Count only. */
  readonly dryRun: boolean;
  readonly state: ReplayState;
  /** The next position to look at, or for failures the last outcome seen. */
  readonly at: number;
  readonly after?: string;
  /** Not looked at from here on: what came after the replay was asked for. */
  readonly end: number;
  readonly looked: number;
  readonly matched: number;
  readonly delivered: number;
  /** Epoch ms. */
  readonly created: number;
  readonly ended?: number;
  readonly error?: string;
}

export type ReplayState = 'running' | 'done' | 'cancelled' | 'failed';

export const replays = collection<Replay>({
  name: 'dispatch.replays',
  key: ['account', 'id'],
  integers: ['created'],
  indexes: [
    { name: 'state', fields: ['state', 'created'] },
    { name: 'created', fields: ['account', 'created'] },
  ],
});
