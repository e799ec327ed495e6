import type { StartStreamEncryptionInput, StopStreamEncryptionInput } from '@aws-sdk/client-kinesis';
import { type Operation, settingNotImplemented } from '../../model/index.ts';
import type { KinesisDeps } from './deps.ts';
import { streamNamed, streamRef } from './found.ts';

/** StartStreamEncryption is refused: records would not be encrypted with that key. */
export function startStreamEncryption(deps: KinesisDeps): Operation<StartStreamEncryptionInput> {
  return async (input, context) => {
    await streamNamed(deps.store.read, streamRef(input, context));
    throw settingNotImplemented(`stream encryption with KMS (key ${input.KeyId})`);
  };
}

/** StopStreamEncryption: no stream is encrypted, so there is nothing to do. */
export function stopStreamEncryption(deps: KinesisDeps): Operation<StopStreamEncryptionInput> {
  return async (input, context) => {
    await streamNamed(deps.store.read, streamRef(input, context));
    return {};
  };
}
