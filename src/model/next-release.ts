import type {
  ApplicationStage,
  EventSource,
  Process,
  ProcessSource,
  Release,
  ReleaseChange,
  ReleaseContents,
  SealedConfig,
} from './applications.ts';

/** What of a release does not follow from the change. */
export interface ReleaseFacts {
  readonly author: string;
  /** Epoch ms. */
  readonly at: number;
  /** Default: what descriptionOf says. */
  readonly description?: string;
}

export const NO_CONTENTS: ReleaseContents = { processes: [], resources: [], overrides: {}, added: [], checks: { smoke: {} } };

/**
 * The release that a change makes of the current one. Code and declaration come from deploys and promotions; configuration, overrides and
 * added event sources outlive them; a rollback takes all of an earlier release, with its versions.
 */
export function nextRelease(
  stage: ApplicationStage,
  current: Pick<Release, 'config' | 'contents' | 'commit'> | { readonly config: SealedConfig },
  change: ReleaseChange,
  facts: ReleaseFacts,
): Release {
  const before = { contents: NO_CONTENTS, ...current };
  const base = {
    app: stage.app,
    account: stage.account,
    number: stage.next,
    reason: change.reason,
    description: facts.description ?? descriptionOf(change),
    author: facts.author,
    createdAt: facts.at,
    state: 'preparing',
    versions: {},
  } as const;
  const { config, contents } = before;
  const commit = 'commit' in before && before.commit !== undefined ? { commit: before.commit } : {};
  switch (change.reason) {
    case 'deploy':
    case 'promotion': {
      const { commit: built, ...declared } = change.built;
      return { ...base, config, contents: { ...contents, ...declared }, ...(built === undefined ? {} : { commit: built }) };
    }
    case 'config':
      return { ...base, ...commit, config: change.config, contents };
    case 'resource': {
      const own = { ...contents.overrides[change.process], ...change.overrides };
      return {
        ...base,
        ...commit,
        config,
        contents: { ...contents, overrides: { ...contents.overrides, [change.process]: own } },
      };
    }
    case 'event-source':
      return { ...base, ...commit, config, contents: { ...contents, added: change.added } };
    case 'rollback': {
      const { to, streams } = change;
      const old = { ...(to.commit !== undefined && { commit: to.commit }), ...(streams !== undefined && { streams }) };
      return { ...base, ...old, config: to.config, contents: to.contents, versions: to.versions };
    }
  }
}

function descriptionOf(change: ReleaseChange): string {
  switch (change.reason) {
    case 'deploy':
      return change.built.commit === undefined ? 'Deploy' : `Deploy ${change.built.commit.slice(0, 7)}`;
    case 'promotion':
      return change.built.commit === undefined ? 'Promote' : `Promote ${change.built.commit.slice(0, 7)}`;
    case 'config':
      return 'Change the configuration';
    case 'resource':
      return `Set ${Object.entries(change.overrides)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')} of ${change.process}`;
    case 'event-source':
      return 'Change event sources';
    case 'rollback':
      return `Roll back to v${change.to.number}${change.streams === undefined ? '' : ', streams too'}`;
  }
}

/** The processes as they run: with overrides and added event sources. */
export function effectiveProcesses({ processes, overrides, added }: ReleaseContents): readonly Process[] {
  return processes.map((process) => {
    const own = overrides[process.name];
    const more = added.filter((one) => one.process === process.name).map(sourceOf);
    return { ...process, ...own, sources: distinct([...process.sources, ...more]) };
  });
}

function sourceOf({ source, where, settings }: ProcessSource): EventSource {
  return { source, ...(where && { where }), ...(settings && { settings }) };
}

/** The same source once; the later one holds. */
function distinct(sources: readonly EventSource[]): readonly EventSource[] {
  return [...new Map(sources.map((one) => [one.source, one])).values()];
}

/** One line of `dalamb releases:diff`. */
export interface ReleaseDifference {
  /** `config GREETING`, `create memoryMiB`, `resize source s3:photos`, `resource bucket photos`, `commit`. */
  readonly what: string;
  /** As text; absent: was not there. Values of the configuration are never shown. */
  readonly before?: string;
  readonly after?: string;
}

/** What differs from one release to another, in a stable order. */
export function releaseDifferences(
  before: Pick<Release, 'commit' | 'config' | 'contents'>,
  after: Pick<Release, 'commit' | 'config' | 'contents'>,
): ReleaseDifference[] {
  return [...differences(facetsOf(before), facetsOf(after))];
}

function* differences(before: Map<string, string>, after: Map<string, string>): Generator<ReleaseDifference> {
  for (const what of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [old, now] = [before.get(what), after.get(what)];
    if (old === now) continue;
    const hidden = what.startsWith('config ');
    const shown = (text: string) => (hidden ? '(set)' : text);
    if (hidden && old !== undefined && now !== undefined) yield { what, before: '(set)', after: '(another value)' };
    else yield { what, ...(old !== undefined && { before: shown(old) }), ...(now !== undefined && { after: shown(now) }) };
  }
}

/** A release as a flat table of what people would call its parts. */
function facetsOf({ commit, config, contents }: Pick<Release, 'commit' | 'config' | 'contents'>): Map<string, string> {
  const facets = new Map<string, string>();
  if (commit !== undefined) facets.set('commit', commit);
  for (const [name, digest] of Object.entries(config.digests)) facets.set(`config ${name}`, digest);
  for (const { kind, name, settings } of contents.resources) facets.set(`resource ${kind} ${name}`, JSON.stringify(settings));
  for (const { name, sources, environment, code, ...settings } of effectiveProcesses(contents)) {
    facets.set(`${name} code`, code.kind === 'zip' ? code.hash.slice(0, 12) : code.uri);
    for (const [setting, value] of Object.entries(settings)) facets.set(`${name} ${setting}`, String(value));
    for (const [variable, value] of Object.entries(environment)) facets.set(`${name} environment ${variable}`, value);
    for (const { source, ...rest } of sources) facets.set(`${name} source ${source}`, JSON.stringify(rest));
  }
  return facets;
}
