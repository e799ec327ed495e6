import type { ApplicationStage, Built, Release } from './applications.ts';
import { NO_CONTENTS, nextRelease, type ReleaseDifference, releaseDifferences } from './next-release.ts';

type Compared = Pick<Release, 'commit' | 'config' | 'contents'>;

/** What a push would change (`dalamb plan`): how the release that it would make differs from the current one; current undefined: it would be the first. */
export function plannedDifferences(stage: ApplicationStage, current: Compared | undefined, built: Built): ReleaseDifference[] {
  const before: Compared = current ?? { config: { sealed: '', digests: {} }, contents: NO_CONTENTS };
  return releaseDifferences(before, nextRelease(stage, before, { reason: 'deploy', built }, { author: '', at: 0 }));
}
