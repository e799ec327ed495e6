export { releaseSchema } from './collections.ts';
export { sampleRoutes } from './dev/sample-routes.ts';
export { createGit, type Git, type GitDeps, type GitSettings } from './git/git.ts';
export { sourceRoutes } from './sources/routes.ts';
export { createPlaceSource, createRemoveSource } from './sources/sources.ts';
