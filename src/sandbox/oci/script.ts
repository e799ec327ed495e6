import { platformFailure } from '../../kernel/index.ts';
import type { Process } from '../contract.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * What the sandbox's waiting shell is told: become, in a child, this process. The shell stays the first process, as init: it collects
 * orphans, and a process that kills itself dies as it would elsewhere. Throws SandboxIllegal for what cannot be said.
 */
export function startScript({ argv, env, cwd }: Process): string {
  if (argv.length === 0) throw platformFailure('SandboxIllegal', 'no program');
  const exports = Object.entries(env).map(([name, value]) => {
    if (!NAME.test(name)) throw platformFailure('SandboxIllegal', `variable ${JSON.stringify(name)}`);
    return `export ${name}=${quote(value)};`;
  });
  const clean = 'unset PATH PWD OLDPWD;';
  const go = `cd -- ${quote(cwd)} || exit 126; ${clean} ${exports.join(' ')} exec ${argv.map(quote).join(' ')}`;
  return `exec 3>&2 2>/dev/null; ( exec </dev/null 2>&3 3>&-; ${go} ); exit $?\n`;
}

function quote(text: string): string {
  if (text.includes('\0')) throw platformFailure('SandboxIllegal', 'a null byte in an argument or variable');
  return `'${text.replaceAll("'", "'\\''")}'`;
}
