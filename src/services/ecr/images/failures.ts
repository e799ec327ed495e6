import { type Failure, fail } from '../../../kernel/index.ts';

/** What ResolveImage and PrepareImage reject with (model/images.ts). All of them build, none throws. */
export function imageNotFound(what: string): Failure {
  return fail('ImageNotFound', `there is no image ${what}`, { status: 404 });
}

export function accessDenied(what: string): Failure {
  return fail('ImageAccessDenied', what, { status: 403 });
}

export function invalidImage(why: string): Failure {
  return fail('InvalidImage', why);
}

export function unavailable(why: string): Failure {
  return fail('ImageUnavailable', why, { status: 503, fault: 'caller' });
}
