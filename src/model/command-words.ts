/**
 * The words of a command as a shell would part them, but for what it would put in their place: quotes (`'…'`, `"…"`) and backslashes
 * keep spaces, and nothing else means anything. Undefined: a quote has no end.
 */
export function commandWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const one = text[at]!;
    if (quote === '' && /\s/.test(one)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (one === quote) quote = '';
    else if (quote === '' && (one === "'" || one === '"')) {
      quote = one;
      word ??= '';
    } else if (one === '\\' && quote !== "'") word = (word ?? '') + (text[++at] ?? '');
    else word = (word ?? '') + one;
  }
  if (quote !== '') return undefined;
  return word === undefined ? words : [...words, word];
}
