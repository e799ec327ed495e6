import type { Deployment } from '@aws-sdk/client-apigatewayv2';
import type { StoredDeployment } from './collections.ts';

/** A deployment as all its operations answer it; it is always done at once. */
export function shownDeployment({ id, created, auto, description }: StoredDeployment): Deployment {
  return {
    AutoDeployed: auto,
    CreatedDate: new Date(created),
    DeploymentId: id,
    DeploymentStatus: 'DEPLOYED',
    ...(description && { Description: description }),
  };
}
