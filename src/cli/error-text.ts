/** What a function failed with, in a line: its type and message, without its stack. Any other text stays. */
export function errorText(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const { errorType, errorMessage } = JSON.parse(text) as { errorType?: unknown; errorMessage?: unknown };
    const words = [errorType, errorMessage].filter((word) => typeof word === 'string' && word !== '');
    return words.length === 0 ? text : words.join(': ');
  } catch {
    return text; // cut off, or none
  }
}
