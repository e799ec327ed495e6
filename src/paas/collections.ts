import { type Collection, collection, type StoreSchema } from '../kernel/index.ts';
import type { Actor, Application, ApplicationStage, Place, Release, ShardMark } from '../model/index.ts';

export const applications: Collection<Application> = collection<Application>({ name: 'paas.applications', key: ['name'] });

/** A stage as it is kept: with the release that is on its way, so that there is never a second. */
export interface StoredStage extends ApplicationStage {
  readonly preparing?: number;
  /** The rollback that has had streams go back. */
  readonly rewound?: number;
  /** It is being destroyed: nothing is released here any more, and after a kill that goes on. */
  readonly ending?: Actor;
}

export const stages: Collection<StoredStage> = collection<StoredStage>({
  name: 'paas.stages',
  key: ['app', 'account'],
  indexes: [{ name: 'account', fields: ['account'] }],
});

export const releases: Collection<Release> = collection<Release>({
  name: 'paas.releases',
  key: ['app', 'account', 'number'],
  integers: ['number'],
});

/** An event source that this room put in place, noted before it was: so that it can be taken away, whatever happened in between. */
export interface Placed {
  readonly app: string;
  readonly account: string;
  readonly process: string;
  /** As placed, declared resources under their real names. */
  readonly source: string;
  readonly made?: string;
  readonly url?: string;
}

/** Where the mappings of a stage were in their streams when a release took over: so that a rollback can go back there. */
export interface Takeover {
  readonly app: string;
  readonly account: string;
  readonly number: number;
  readonly streams: readonly { readonly process: string; readonly source: string; readonly marks: readonly ShardMark[] }[];
}

export const takeovers: Collection<Takeover> = collection<Takeover>({
  name: 'paas.takeovers',
  key: ['app', 'account', 'number'],
  integers: ['number'],
});

export const placed: Collection<Placed> = collection<Placed>({
  name: 'paas.placed',
  key: ['app', 'account', 'process', 'source'],
});

/** A place among the builders that work at a time, and whose it is (docs/builds.md). */
export interface BuilderPlace {
  readonly place: number;
  readonly holder: string;
  /** Epoch ms; free from then on. */
  readonly until: number;
}

export const builders: Collection<BuilderPlace> = collection<BuilderPlace>({
  name: 'paas.builders',
  key: ['place'],
  integers: ['place'],
});

/** A zip that a build made, held until its release has it. */
export interface Artifact {
  readonly hash: string;
  /** Epoch ms. */
  readonly until: number;
}

export const artifacts: Collection<Artifact> = collection<Artifact>({
  name: 'paas.artifacts',
  key: ['hash'],
  integers: ['until'],
  indexes: [{ name: 'until', fields: ['until'] }],
});

/** Where an image lies that was built of just that, to be had again without building. */
export interface BuiltImage extends Place {
  /** By the hash of all from which it follows. */
  readonly key: string;
  readonly repository: string;
  readonly digest: string;
  /** Epoch ms; forgotten then. */
  readonly until: number;
}

export const builtImages: Collection<BuiltImage> = collection<BuiltImage>({
  name: 'paas.built-images',
  key: ['key'],
  integers: ['until'],
  indexes: [{ name: 'until', fields: ['until'] }],
});

/** A stage that images were built for or brought to, noted before they were: so that they can be taken away. */
export interface ImageStage {
  readonly app: string;
  readonly account: string;
}

export const imageStages: Collection<ImageStage> = collection<ImageStage>({ name: 'paas.image-stages', key: ['app', 'account'] });

/** What development has put into a stage, noted before it is there: so that it can be taken away, whatever happened in between. */
export interface DevStage {
  readonly app: string;
  readonly account: string;
  readonly processes: readonly string[];
  /** The stage was made for it, and goes with it unless it had a release. */
  readonly made?: true;
}

export const devStages: Collection<DevStage> = collection<DevStage>({ name: 'paas.dev', key: ['app', 'account'] });

export const releaseSchema: StoreSchema = {
  collections: [
    applications,
    stages,
    releases,
    takeovers,
    placed,
    builders,
    artifacts,
    builtImages,
    imageStages,
    devStages,
  ] as never,
  topics: [],
};
