import type { ApplicationStage, Built, Release } from './applications.ts';
import { NO_CONTENTS, nextRelease, type ReleaseDifference, releaseDifferences } from './next-release.ts';

type Compared = Pick<Release, 'commit' | 'config' | 'contents'>;

/** What a push would change (`dalamb plan`): how the release that it would make differs from the current one; current undefined: it would be the first. */
export function plannedDifferences(stage: ApplicationStage, current: Compared | undefined, built: Built): ReleaseDifference[] {
  const before: Compared = current ?? { config: { sealed: '', digests: {} }, contents: NO_CONTENTS };
  const { commit: _, ...code } = built;
  const same = { ...code, ...(before.commit !== undefined && { commit: before.commit }) }; // of which commit the tree is, nobody said
  return releaseDifferences(before, nextRelease(stage, before, { reason: 'deploy', built: same }, { author: '', at: 0 }));
}
