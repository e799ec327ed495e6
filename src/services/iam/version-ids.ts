import type { PolicyVersion as VersionOutput } from '@aws-sdk/client-iam';
import type { Failure } from '../../kernel/index.ts';
import type { ManagedPolicy, PolicyVersion } from './collections.ts';
import { noSuchEntity } from './found.ts';

/** `v12` is 12; wire has checked the form. */
export function versionNumber(id: string): number {
  return Number(/^v(\d{1,9})/.exec(id)?.[1] ?? 0);
}

export function noSuchVersion(arn: string, id: string): Failure {
  return noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`);
}

export function describeVersion(policy: ManagedPolicy, version: PolicyVersion): VersionOutput {
  return {
    VersionId: `v${version.version}`,
    IsDefaultVersion: policy.defaultVersion === version.version,
    CreateDate: new Date(version.created),
  };
}
