import { fail } from '../kernel/index.ts';
import { jsonFilter } from './log-filter-json.ts';
import { spaceFilter } from './log-filter-space.ts';
import { textTest } from './log-filter-values.ts';

/** Whether a log message is wanted. */
export type LogFilter = (message: string) => boolean;

/** Compiles a filter pattern (spec/backends.md §9); an empty one wants everything. Throws InvalidParameterException. */
export function compileLogFilter(pattern: string): LogFilter {
  const text = pattern.trim();
  if (text.length > 1024) throw fail('InvalidParameterException', 'filterPattern must have length less than or equal to 1024.');
  if (text === '') return () => true;
  const filter = text.startsWith('{') ? jsonFilter(text) : text.startsWith('[') ? spaceFilter(text) : termFilter(text);
  if (!filter) throw fail('InvalidParameterException', 'Invalid filter pattern');
  return filter;
}

/** Terms are all needed, one of the `?terms` is needed when there are no others, none of the `-terms` may be there. */
function termFilter(text: string): LogFilter | undefined {
  const all: LogFilter[] = [];
  const any: LogFilter[] = [];
  const none: LogFilter[] = [];
  const terms = /([?-]?)("(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%|[^\s"%]+)(?=\s|$)/gy;
  let at = 0;
  while (at < text.length) {
    terms.lastIndex = at;
    const found = terms.exec(text);
    if (!found) return undefined;
    const test = textTest(found[2]!);
    if (!test) return undefined;
    (found[1] === '?' ? any : found[1] === '-' ? none : all).push(test);
    at = terms.lastIndex;
    while (at < text.length && /\s/.test(text[at]!)) at++;
  }
  return (message) =>
    all.every((test) => test(message)) &&
    !none.some((test) => test(message)) &&
    (any.length === 0 || all.length > 0 || any.some((test) => test(message)));
}
