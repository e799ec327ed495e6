export { releaseSchema } from './collections.ts';
export { sourceRoutes } from './sources/routes.ts';
export { createPlaceSource, createRemoveSource } from './sources/sources.ts';
