import type { QueueMessage } from './sources.ts';

/** A queue's message as functions get it (spec/event-sources.md §11). */
export function queueRecord(message: QueueMessage, queueArn: string, region: string): Record<string, unknown> {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes: attributesOf(message),
    ...(message.md5OfMessageAttributes !== undefined && { md5OfMessageAttributes: message.md5OfMessageAttributes }),
    md5OfBody: message.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

function attributesOf({ messageAttributes }: QueueMessage): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, { dataType, stringValue, binaryValue }] of Object.entries(messageAttributes)) {
    shown[name] = {
      ...(stringValue !== undefined && { stringValue }),
      ...(binaryValue !== undefined && { binaryValue }),
      stringListValues: [],
      binaryListValues: [],
      dataType,
    };
  }
  return shown;
}
