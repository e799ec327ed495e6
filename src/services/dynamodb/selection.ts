import type { Table, TableIndex } from './collections.ts';
import type { Projection } from './expressions/compiled.ts';
import { projectedNames } from './index-entries.ts';
import { invalid, invalidValues } from './refusals.ts';

/** The members of Query and Scan that say what comes back. */
export interface SelectInput {
  readonly Select?: string;
  readonly AttributesToGet?: readonly string[];
  readonly ProjectionExpression?: string;
}

export interface Selection {
  /** Only counts. */
  readonly counts: boolean;
  /** Items must be read from the table, for a local index does not hold all that is wanted. */
  readonly fetches: boolean;
}

/** Checks Select against projection and index (spec/backends.md §3.6). Throws ValidationException. */
export function readSelection(
  input: SelectInput,
  { table, index, projection }: { table: Table; index: TableIndex | undefined; projection: Projection | undefined },
): Selection {
  const { Select: select } = input;
  checkTogether(input);
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && !index)
    throw invalid('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  const held = index && projectedNames(table, index);
  if (!index || !held) return { counts: select === 'COUNT', fetches: false };
  const missing = (projection ?? []).map(([name]) => String(name)).filter((name) => !held.has(name));
  const wantsAll = select === 'ALL_ATTRIBUTES';
  if (index.kind === 'global') refuseUnheld(index, wantsAll, missing);
  return { counts: select === 'COUNT', fetches: wantsAll || missing.length > 0 };
}

function checkTogether({ Select: select, AttributesToGet: names, ProjectionExpression: expression }: SelectInput): void {
  if (select === undefined) return;
  if (select === 'SPECIFIC_ATTRIBUTES') {
    if (names === undefined && expression === undefined)
      throw invalid('Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
    return;
  }
  if (names !== undefined) throw invalid(`Cannot specify the AttributesToGet when choosing to get ${plain(select)}`);
  if (expression !== undefined) throw invalid(`Cannot specify the ProjectionExpression when choosing to get ${plain(select)}`);
}

function plain(select: string): string {
  return select === 'COUNT' ? 'only the Count' : select;
}

function refuseUnheld(index: TableIndex, wantsAll: boolean, missing: readonly string[]): void {
  if (wantsAll)
    throw invalidValues(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  if (missing.length > 0) throw invalidValues(`Global secondary index ${index.name} does not project [${missing.join(', ')}]`);
}
