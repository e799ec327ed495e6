import { type Collection, collection, type StoreSchema } from '../../kernel/index.ts';
import type { RepositoryEvent, RepositoryProvider } from '../../model/index.ts';

/** The repository elsewhere that an application is released from: one at most. */
export interface RepositoryLink {
  readonly app: string;
  /** Part of the webhook's address; another with each connection. */
  readonly id: string;
  readonly provider: RepositoryProvider;
  /** As git clones it, without credentials. */
  readonly url: string;
  /** Of the host's API, without a slash at the end. */
  readonly api: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Branch → name of an environment. */
  readonly branches: Readonly<Record<string, string>>;
  /** Whether pull requests make review apps. */
  readonly reviews: boolean;
  /** SecretBox envelope of a LinkSecrets as JSON, purpose `paas.repository ID`. */
  readonly sealed: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface LinkSecrets {
  /** The webhook's. */
  readonly secret: string;
  readonly credentials?: { readonly token: string } | { readonly user: string; readonly password: string };
}

export const links: Collection<RepositoryLink> = collection<RepositoryLink>({ name: 'paas.repository-links', key: ['app'] });

export type DeliveryEnd = 'done' | 'failed' | 'superseded' | 'ignored';

/** One thing that a webhook told: the work while it is open, then what became of it. Kept so that the same delivery does nothing twice. */
export interface WebhookDelivery {
  /** Id of the link. */
  readonly link: string;
  /** The host's name for it. */
  readonly delivery: string;
  /** From 0: pushes of several branches are several. */
  readonly part: number;
  readonly app: string;
  readonly event: RepositoryEvent;
  /** Epoch ms; the retention counts from here. */
  readonly at: number;
  readonly state: 'open' | DeliveryEnd;
  /** What came of it, for people. */
  readonly detail?: string;
  /** While it is open: works of one lane go one after another. `APP branch NAME` or `APP review NAME`. */
  readonly lane?: string;
  readonly attempts: number;
  /** While it is open: not before. Epoch ms. */
  readonly dueAt: number;
}

export const deliveries: Collection<WebhookDelivery> = collection<WebhookDelivery>({
  name: 'paas.webhook-deliveries',
  key: ['link', 'delivery', 'part'],
  integers: ['part', 'at'],
  indexes: [
    { name: 'open', fields: ['lane', 'at'] },
    { name: 'app', fields: ['app', 'at'] },
    { name: 'age', fields: ['at'] },
  ],
});

export const webhookSchema: StoreSchema = { collections: [links, deliveries] as never, topics: [] };
