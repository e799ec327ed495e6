import type { DescribeLogGroupsRequest, DescribeLogGroupsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { type LogGroup, logGroups, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { describeGroup } from './describe-rows.ts';
import { invalid } from './found.ts';
import { listToken, readListToken } from './list-token.ts';

/** A page may be short, and has a token then. */
const MOST_PAGES = 10;

function answer(groups: readonly LogGroup[], next?: readonly (string | number)[]): DescribeLogGroupsResponse {
  return { logGroups: groups.map(describeGroup), ...(next ? { nextToken: listToken(next) } : {}) };
}

function refuseUnkept(input: DescribeLogGroupsRequest): void {
  if (input.accountIdentifiers?.length || input.includeLinkedAccounts || input.logGroupIdentifiers?.length) {
    throw invalid('accountIdentifiers, includeLinkedAccounts and logGroupIdentifiers are not implemented.');
  }
}

/** DescribeLogGroups (spec/backends.md §9). */
export function describeLogGroups(deps: LogsDeps): Operation<DescribeLogGroupsRequest, DescribeLogGroupsResponse> {
  return async (input, context) => {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
    if (prefix !== undefined && pattern !== undefined) {
      throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
    }
    refuseUnkept(input);
    const limit = input.limit ?? 50;
    const found: LogGroup[] = [];
    let after = readListToken(input.nextToken, 1);
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const from = prefix === undefined || after ? {} : { from: [prefix] };
      const where = { prefix: [context.account, context.region], ...from, ...(after ? { after } : {}) };
      const page = await deps.store.read.range(logGroups, { ...where, limit: 1000 });
      for (const group of page.items) {
        if (prefix !== undefined && !group.name.startsWith(prefix)) return answer(found);
        after = [group.name];
        if (pattern !== undefined && !group.name.toLowerCase().includes(pattern.toLowerCase())) continue;
        if (found.length === limit) return answer(found, [found.at(-1)!.name]);
        found.push(group);
      }
      if (!page.next) return answer(found);
    }
    return answer(found, after);
  };
}
