import {
  compileFilterCriteria,
  type EventSourceMapping,
  type MappingShard,
  type RecordFilter,
  type StreamSettings,
  type StreamSource,
} from '../../model/index.ts';
import type { Gate } from './gate.ts';
import type { RunnerPorts } from './ports.ts';
import type { ShardReader } from './shard-reader.ts';

/** What the slices of one shard share. */
export interface Shard {
  readonly ports: RunnerPorts;
  readonly source: StreamSource;
  readonly shardId: string;
  readonly topic: string;
  readonly lane: number;
  readonly reader: ShardReader;
  /** Cuts of earlier parallelization factors that still matter. */
  readonly earlier: Pick<MappingShard, 'earlier'>;
  /** The mapping as it is now. */
  readonly live: LiveMapping;
  /** What a batch would be handed to; a problem is shown as LastProcessingResult. */
  readonly gate: () => Promise<Gate>;
  /** ARN of the function's role, as records name it. */
  readonly role: () => string;
  /** How long the stream keeps records, in ms. */
  readonly retentionMs: () => number;
  /** Where each slice is that has nothing in hand; undefined for the others. */
  readonly idle: () => readonly (number | undefined)[];
}

/** A mapping that may change while it is polled, with what is made of its settings. */
export class LiveMapping {
  #mapping: EventSourceMapping;
  #filter: RecordFilter;

  constructor(mapping: EventSourceMapping) {
    this.#mapping = mapping;
    this.#filter = filterOf(mapping);
  }

  get mapping(): EventSourceMapping {
    return this.#mapping;
  }

  /** Which records it wants. */
  get filter(): RecordFilter {
    return this.#filter;
  }

  /** Settings that only streams have. */
  get stream(): StreamSettings {
    return this.#mapping.settings.stream!;
  }

  change(mapping: EventSourceMapping): void {
    this.#mapping = mapping;
    this.#filter = filterOf(mapping);
  }
}

function filterOf({ settings }: EventSourceMapping): RecordFilter {
  return compileFilterCriteria(settings.filters.map((Pattern) => ({ Pattern })));
}
