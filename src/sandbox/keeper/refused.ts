import { type Failure, platformFailure } from '../../kernel/index.ts';

/** What the keeper does not do, whoever asks. */
export function refused(why: string): Failure {
  return platformFailure('KeeperRefused', why);
}
