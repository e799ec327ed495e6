import { type Collection, collection, type StoreSchema } from '../../kernel/index.ts';
import type { DeclaredResource } from '../../model/index.ts';

/** An application's branch in an environment of its own. Written before anything of it is made, deleted after all of it is gone. */
export interface Review {
  readonly app: string;
  readonly branch: string;
  /** Name of its environment; `r-BRANCH-HASH`. */
  readonly environment: string;
  /** Once the environment is made. */
  readonly account?: string;
  /** Of the pull or merge request that it is of, if it is of one. */
  readonly number?: number;
  readonly state: 'open' | 'closing';
  /** Of the release that runs. */
  readonly commit?: string;
  readonly release?: number;
  readonly urls: readonly string[];
  /** Why it is not as it should be. */
  readonly failure?: string;
  /** What is to be deleted with it, by real names; noted when it closes. */
  readonly leftovers?: Leftovers;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Epoch ms; later with each change. */
  readonly expiresAt: number;
}

export interface Leftovers {
  readonly region: string;
  /** Name of the role that was made for it; empty: nobody knows of one. */
  readonly role: string;
  readonly functions: readonly string[];
  readonly resources: readonly { readonly kind: DeclaredResource['kind']; readonly real: string }[];
}

export const reviews: Collection<Review> = collection<Review>({
  name: 'paas.reviews',
  key: ['app', 'branch'],
  integers: ['expiresAt'],
  indexes: [{ name: 'expiry', fields: ['expiresAt'] }],
});

/** What review apps of an application begin with. */
export interface ReviewSettings {
  readonly app: string;
  /** When the application was made: another of the same name has its own. */
  readonly appCreatedAt: number;
  /** Name of the environment whose configuration and role are copied. */
  readonly base: string;
  /** Names of variables that are not. */
  readonly omit: readonly string[];
  /** From the last change to the end. */
  readonly days: number;
}

export const reviewSettings: Collection<ReviewSettings> = collection<ReviewSettings>({
  name: 'paas.review-settings',
  key: ['app'],
});

export const reviewSchema: StoreSchema = { collections: [reviews, reviewSettings] as never, topics: [] };
