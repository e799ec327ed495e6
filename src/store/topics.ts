import { bug, OPEN_LANES, type TopicSpec } from '../kernel/index.ts';
import { type Connection, translate } from './connection.ts';
import { Lane } from './lanes.ts';

const MOST_LANES = 4096;
/** Lanes of open topics that stay in memory, however idle. */
const KEPT_LANES = 1024;

/** All lanes by topic: those of fixed topics from the start, those of open topics once they are used. */
export class Topics {
  readonly specs: readonly TopicSpec[];
  readonly #connection: Connection;
  readonly #fixed = new Map<string, readonly Lane[]>();
  readonly #open = new Map<string, Map<number, Lane>>();

  constructor(connection: Connection, specs: readonly TopicSpec[]) {
    this.#connection = connection;
    this.specs = specs;
    for (const { name, lanes } of specs) {
      if (lanes === 'open') this.#open.set(name, new Map());
      else this.#fixed.set(name, this.#loadAll(name, lanes));
    }
  }

  lane(topic: string, lane: number): Lane {
    const open = this.#open.get(topic);
    const found = open ? (open.get(lane) ?? this.#loadOpen(open, topic, lane)) : this.#fixed.get(topic)?.[lane];
    if (!found) throw bug(`no lane ${lane} in topic ${topic}`);
    return found;
  }

  /** A lane that its owner may trim. */
  openLane(topic: string, lane: number): Lane {
    if (!this.#open.has(topic)) throw bug(`topic ${topic} has no open lanes`);
    return this.lane(topic, lane);
  }

  /** All in memory. */
  loaded(): Lane[] {
    return [...this.#fixed.values(), ...[...this.#open.values()].map((lanes) => [...lanes.values()])].flat();
  }

  /** Whether so many lanes are in memory that forgetIdle is worth its pause. */
  get crowded(): boolean {
    let count = 0;
    for (const lanes of this.#open.values()) count += lanes.size;
    return count > KEPT_LANES;
  }

  /** Drops lanes from memory that can be loaded again as they are; only while no transaction runs. */
  forgetIdle(synced: number): void {
    for (const lanes of this.#open.values()) for (const [number, lane] of lanes) if (lane.idle(synced)) lanes.delete(number);
  }

  #loadAll(topic: string, count: number): Lane[] {
    if (!(count >= 1 && count <= MOST_LANES)) throw bug(`topic ${topic} must have 1 to ${MOST_LANES} lanes`);
    return Array.from({ length: count }, (_, number) => this.#load(new Lane(topic, number, false)));
  }

  // A lane that is not in memory has nothing unsynced or uncommitted, so the writer's view of it is everybody's.
  #loadOpen(lanes: Map<number, Lane>, topic: string, number: number): Lane | undefined {
    if (!(Number.isInteger(number) && number >= 0 && number < OPEN_LANES)) return undefined;
    const lane = this.#load(new Lane(topic, number, true));
    lanes.set(number, lane);
    return lane;
  }

  #load(lane: Lane): Lane {
    try {
      lane.load(this.#connection);
      return lane;
    } catch (error) {
      throw translate(error, `topic ${lane.topic}`);
    }
  }
}
