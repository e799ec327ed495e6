import { jsonFields } from './log-filter-json.ts';
import { spaceFields } from './log-filter-space.ts';

/** The fields that a pattern names, of a message that it matches. */
export type LogFields = (message: string) => Readonly<Record<string, string>>;

/** Extracts what a space-delimited or JSON pattern names; undefined for other patterns, which name nothing. */
export function extractLogFields(pattern: string): LogFields | undefined {
  const text = pattern.trim();
  return text.startsWith('[') ? spaceFields(text) : text.startsWith('{') ? jsonFields(text) : undefined;
}
