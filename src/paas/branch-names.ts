import { platformFailure } from '../kernel/index.ts';

const BRANCH = /^[\w.+@][\w.+@#=,/-]{0,199}$/;

/** Of branches that are released: what every git takes, and every list of arguments. Throws InvalidRequest. */
export function checkBranch(name: string): void {
  if (!BRANCH.test(name) || name === 'HEAD' || /\.\.|\/\/|\/$|@\{|^\.|\/\.|\.lock(\/|$)|\.$/.test(name))
    throw platformFailure('InvalidRequest', `${JSON.stringify(name.slice(0, 100))} is no name of a branch that can be released`);
}
