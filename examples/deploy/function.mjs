import { waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { ifThere, lambda, patience, unless } from './clients.mjs';
import { deployRole, removeRole } from './role.mjs';

/**
 * A function with a role of its own, made or brought up to date; it is ready when this resolves to its ARN.
 * zip: bytes or their promise; allowed: what its role may do; environment: its variables; further settings as in CreateFunction.
 */
export async function deployFunction(FunctionName, { zip, allowed = [], environment = {}, ...settings }) {
  const [Role, ZipFile] = await Promise.all([deployRole(FunctionName, allowed), zip]);
  const configuration = {
    FunctionName,
    Role,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    MemorySize: 256,
    Timeout: 15,
    Environment: { Variables: environment },
    ...settings,
  };
  const create = lambda.createFunction({ ...configuration, Code: { ZipFile } });
  const made = await unless(['ResourceConflictException'], create);
  const waiting = { client: lambda, ...patience };
  if (made) {
    await waitUntilFunctionActiveV2(waiting, { FunctionName });
    return made.FunctionArn;
  }
  await lambda.updateFunctionConfiguration(configuration);
  await waitUntilFunctionUpdatedV2(waiting, { FunctionName });
  const { FunctionArn } = await lambda.updateFunctionCode({ FunctionName, ZipFile });
  await waitUntilFunctionUpdatedV2(waiting, { FunctionName });
  return FunctionArn;
}

/** With its role and its event source mappings. */
export async function removeFunction(FunctionName) {
  const known = await ifThere(lambda.listEventSourceMappings({ FunctionName }));
  for (const { UUID } of known?.EventSourceMappings ?? []) await ifThere(lambda.deleteEventSourceMapping({ UUID }));
  await ifThere(lambda.deleteFunction({ FunctionName }));
  await removeRole(FunctionName);
}

/** Lets a service, such as `s3`, call a function for one source of events. */
export async function permit(FunctionName, service, SourceArn) {
  // Named after the source: what is there under this name says the same.
  const StatementId = SourceArn.replace(/[^\w-]+/g, '-').slice(-100);
  const permission = {
    FunctionName,
    StatementId,
    Action: 'lambda:InvokeFunction',
    Principal: `${service}.amazonaws.com`,
    SourceArn,
  };
  await unless(['ResourceConflictException'], lambda.addPermission(permission));
}
