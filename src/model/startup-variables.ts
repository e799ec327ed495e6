/**
 * Variables that a process reads only when it starts (DESIGN §5, cold start): a function whose environment sets one of them cannot be
 * given to a process that was booted before it was known.
 */
const EXACT: ReadonlySet<string> = new Set([
  'AWS_LAMBDA_EXEC_WRAPPER',
  'GLIBC_TUNABLES',
  'GCONV_PATH',
  'LANG',
  'LANGUAGE',
  'LOCPATH',
  'OPENSSL_CONF',
  'OPENSSL_MODULES',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'FORCE_COLOR',
  'NO_COLOR',
]);

const PREFIXES: readonly string[] = ['LD_', 'LC_', 'MALLOC_', 'NODE_', 'PYTHON', 'RUBY', 'UV_'];

/** Read whenever they are used, so that setting them late is enough. */
const LATE: ReadonlySet<string> = new Set(['NODE_ENV', 'NODE_PATH', 'NODE_TLS_REJECT_UNAUTHORIZED']);

/** Whether a function with these variables must start its own process. */
export function readAtStart(variables: Readonly<Record<string, string>>): boolean {
  return Object.keys(variables).some(isStartupVariable);
}

export function isStartupVariable(name: string): boolean {
  return EXACT.has(name) || (!LATE.has(name) && PREFIXES.some((prefix) => name.startsWith(prefix)));
}
