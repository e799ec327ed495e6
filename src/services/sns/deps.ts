import type { Clock, Ids, Logger, SecretBox, Store } from '../../kernel/index.ts';
import type { CountTopic, OpenMetrics } from '../../model/index.ts';

/** What the operations need from outside. */
export interface SnsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly box: SecretBox;
  /** Whether an SMTP server is configured, so that mail can be subscribed to. */
  readonly canSendMail: boolean;
  readonly openMetrics?: OpenMetrics;
}

/** What publishing works with. */
export interface PublishDeps extends SnsDeps {
  readonly countTopic: CountTopic;
}
