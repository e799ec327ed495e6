import type { Deploy } from '../../model/index.ts';
import type { ChangePorts } from '../apps/stage-changes.ts';
import type { Environments } from '../environments/environments.ts';
import type { Git } from '../git/git.ts';
import type { ReportPorts } from '../webhooks/reports.ts';

export interface ReviewPorts extends ChangePorts {
  readonly git: Pick<Git, 'fetchInto' | 'archive' | 'commitOf' | 'removeRepository'>;
  readonly deploy: Deploy;
  readonly environments: Pick<Environments, 'create' | 'destroy'>;
  readonly report: ReportPorts;
  /** As people reach the platform, `https://dalamb.example`. */
  readonly publicUrl: () => string;
}
