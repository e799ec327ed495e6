import type { TopicSpec } from '../kernel/index.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Changes of objects; body is an ObjectChange (notifications.ts). */
export const objectTopic: TopicSpec = { name: 's3.objects', lanes: 1, retention: { ageMs: 7 * DAY, bytes: 4 * 2 ** 30 } };

/** Accepted asynchronous invocations; body is an AsyncInvocation (ports.ts). */
export const asyncTopic: TopicSpec = { name: 'lambda.async', lanes: 1, retention: { ageMs: 7 * DAY, bytes: 4 * 2 ** 30 } };

/** Meters of invocations, in batches; body is { records: MeterRecord[] } (invocation.ts). */
export const meterTopic: TopicSpec = { name: 'meters', lanes: 1, retention: { ageMs: 35 * DAY, bytes: 4 * 2 ** 30 } };

/** Messages of topics; body is a TopicMessage (topic-messages.ts). */
export const snsTopic: TopicSpec = { name: 'sns.messages', lanes: 1, retention: { ageMs: 7 * DAY, bytes: 4 * 2 ** 30 } };

/** Events on buses; body is a BusEvent (bus-events.ts). */
export const busTopic: TopicSpec = { name: 'events.bus', lanes: 1, retention: { ageMs: 7 * DAY, bytes: 4 * 2 ** 30 } };

/** Schedules that were due; body is a DueSchedule (schedule-targets.ts). */
export const scheduleTopic: TopicSpec = { name: 'schedules.due', lanes: 1, retention: { ageMs: 7 * DAY, bytes: 2 ** 30 } };

/** Lines of logs that subscription filters selected; body is a LogBatch (log-subscriptions.ts). */
export const logTopic: TopicSpec = { name: 'logs.subscribed', lanes: 1, retention: { ageMs: 7 * DAY, bytes: 4 * 2 ** 30 } };

/** Alarms that changed their state; body is an AlarmChange (alarm-changes.ts). */
export const alarmTopic: TopicSpec = { name: 'monitoring.alarms', lanes: 1, retention: { ageMs: 7 * DAY, bytes: 2 ** 30 } };

export const topics: readonly TopicSpec[] = [
  objectTopic,
  asyncTopic,
  meterTopic,
  snsTopic,
  busTopic,
  scheduleTopic,
  logTopic,
  alarmTopic,
];
