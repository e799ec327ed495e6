/** As deep as AWS takes the details of events. */
const DEEPEST = 1000;

/**
 * Whether a text nests deeper than 1000 levels, as JSON. Such a text is parsed without harm, but nothing can walk through its value or write it
 * again within the stack: what comes from outside is asked this first, and is plain text or refused.
 */
export function nestsTooDeep(text: string): boolean {
  if (text.length <= DEEPEST) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) quoted = !quoted;
    else if (quoted) {
      if (code === 92) at++;
    } else if (code === 123 || code === 91) {
      if (++depth > DEEPEST) return true;
    } else if (code === 125 || code === 93) depth--;
  }
  return false;
}
