/** What sandboxes have of their own, or of the host but for its programs. */
const TAKEN = /^\/(?:opt|tmp|proc|dev|sys|run|etc|var\/(?:task|runtime|lang|tmp))(?:\/|$)/;
const ELSEWHERE = '/var/lang';

/** Where sandboxes are shown a folder of the host that holds an interpreter: where it is, unless something of theirs is there. */
export function placeOf(folder: string): string {
  return TAKEN.test(folder) || !/^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/.test(folder) ? ELSEWHERE : folder;
}
