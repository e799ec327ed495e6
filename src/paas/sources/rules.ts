import { forbid, type Linking, nameOf, permit, refuseSettings, refuseWhere, type SourceKind, unlessGone } from './linking.ts';

/** `events:NAME.*`: an EventBridge rule on the detail-type, with a pattern on the detail. */
export const ruleSource: SourceKind = {
  place(linking) {
    refuseSettings(linking, 'events');
    const { what, where } = linking;
    const type = what.includes('*') ? { wildcard: what } : what;
    const pattern = { 'detail-type': [type], ...(where && { detail: where }) };
    return putRule(linking, { EventPattern: JSON.stringify(pattern) });
  },
  remove: removeRule,
};

/** `schedule:rate(5 minutes)`, `schedule:cron(…)`: a scheduled rule. */
export const scheduleSource: SourceKind = {
  async place(linking) {
    refuseWhere(linking, 'schedule');
    refuseSettings(linking, 'schedule');
    return putRule(linking, { ScheduleExpression: linking.what });
  },
  remove: removeRule,
};

/** One rule for a function and source, whatever its pattern: to place it again changes it. */
function ruleName({ what, arn }: Linking): string {
  return nameOf('on', what, arn);
}

async function putRule(linking: Linking, trigger: object) {
  const { operate, arn } = linking;
  const Name = ruleName(linking);
  const { RuleArn } = await operate<{ RuleArn: string }>('events', 'PutRule', { Name, ...trigger });
  await operate('events', 'PutTargets', { Rule: Name, Targets: [{ Id: 'function', Arn: arn }] });
  await permit(operate, { arn, service: 'events', sourceArn: RuleArn });
  return { made: RuleArn };
}

async function removeRule(linking: Linking) {
  const { operate, arn, account, region } = linking;
  const Name = ruleName(linking);
  await unlessGone(() => operate('events', 'RemoveTargets', { Rule: Name, Ids: ['function'] }));
  await unlessGone(() => operate('events', 'DeleteRule', { Name }));
  await forbid(operate, { arn, service: 'events', sourceArn: `arn:aws:events:${region}:${account}:rule/${Name}` });
}
